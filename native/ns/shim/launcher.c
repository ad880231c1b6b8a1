#include "launcher.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_THREAD_STACK (256 * 1024)
#define NS_EXITS_AT_ONCE 16

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* The start threads.  */

static void
append (struct ns_process ***end, struct ns_process *process)
{
  process->next = NULL;
  **end = process;
  *end = &process->next;
}

static struct ns_process *
take_first (struct ns_process **list, struct ns_process ***end)
{
  struct ns_process *process = *list;
  *list = process->next;
  if (*list == NULL)
    *end = list;
  return process;
}

/* The sealed init, made at the first start. Called with the lock held.  */
static int
find_image (struct ns_launcher *launcher)
{
  if (launcher->image < 0)
    launcher->image = ns_seal_image (launcher->image_path, "dockher-init");
  return launcher->image;
}

static void
serve (struct ns_process *process, struct ns_thread_memory *memory, int image)
{
  if (process->finishing)
    ns_finish_start (&process->start);
  else
    ns_run_start (&process->start, memory, image);
}

/* Have the event loop woken at the end of PROCESS. Returns 0 or an errno.  */
static int
watch (struct ns_process *process)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = process };
  int error = epoll_ctl (process->launcher->exits, EPOLL_CTL_ADD, process->start.pidfd, &event);
  return error < 0 ? errno : 0;
}

/* Hand PROCESS back to the event loop. It is watched under the lock, so that the loop never sees an
   end without finding the start among what is done.  */
static void
give_back (struct ns_process *process)
{
  struct ns_launcher *launcher = process->launcher;
  pthread_mutex_lock (&launcher->lock);
  int error = process->start.outcome == NS_STARTED ? watch (process) : 0;
  if (error != 0)
    {
      pthread_mutex_unlock (&launcher->lock);
      ns_undo_start (&process->start, error);
      pthread_mutex_lock (&launcher->lock);
    }
  append (&launcher->done_end, process);
  /* Without the lock: the loop would only wake up to wait for it.  */
  pthread_mutex_unlock (&launcher->lock);
  uv_async_send (&launcher->wake);
}

static void *
run_thread (void *argument)
{
  struct ns_thread *thread = argument;
  struct ns_launcher *launcher = thread->launcher;
  pthread_mutex_lock (&launcher->lock);
  while (!launcher->stopping)
    {
      if (launcher->queue == NULL)
        {
          launcher->idle_count++;
          pthread_cond_wait (&launcher->work, &launcher->lock);
          launcher->idle_count--;
          continue;
        }
      struct ns_process *process = take_first (&launcher->queue, &launcher->queue_end);
      int image = find_image (launcher);
      pthread_mutex_unlock (&launcher->lock);
      serve (process, &thread->memory, image);
      give_back (process);
      pthread_mutex_lock (&launcher->lock);
    }
  pthread_mutex_unlock (&launcher->lock);
  ns_free_thread_memory (&thread->memory);
  return NULL;
}

/* With all signals blocked: a handler must not run in a child that shares our memory.  */
static int
start_thread (struct ns_launcher *launcher)
{
  struct ns_thread *thread = &launcher->threads[launcher->thread_count];
  pthread_attr_t attributes;
  sigset_t all, before;
  *thread = (struct ns_thread){ .launcher = launcher };
  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, NS_THREAD_STACK);
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  int error = pthread_create (&thread->id, &attributes, run_thread, thread);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  pthread_attr_destroy (&attributes);
  launcher->thread_count += error == 0;
  return error;
}

int
ns_queue_process (struct ns_launcher *launcher, struct ns_process *process)
{
  int error = 0;
  pthread_mutex_lock (&launcher->lock);
  if (launcher->stopping)
    error = ECANCELED;
  else if ((launcher->idle_count == 0 || launcher->queue != NULL)
           && launcher->thread_count < NS_MAX_THREADS)
    error = start_thread (launcher);
  if (error == 0 || (error != ECANCELED && launcher->thread_count > 0))
    {
      error = 0;
      process->queued = true;
      append (&launcher->queue_end, process);
      if (launcher->pending++ == 0)
        uv_ref ((uv_handle_t *)&launcher->wake);
    }
  pthread_mutex_unlock (&launcher->lock);
  if (error == 0)
    pthread_cond_signal (&launcher->work);
  return error;
}

/* The event loop.  */

/* Pipes that JavaScript has not taken: it may have ended before it could.  */
static void
close_pipes (struct ns_process *process)
{
  for (int i = 0; i < 3; i++)
    {
      if (process->start.stdio[i] >= 0)
        close (process->start.stdio[i]);
      process->start.stdio[i] = -1;
    }
}

void
ns_release_process (struct ns_process *process)
{
  if (--process->references > 0)
    return;
  close_pipes (process);
  pthread_mutex_destroy (&process->start.lock);
  free (process->start.bytes);
  free (process);
}

static void
unlink_process (struct ns_process *process)
{
  struct ns_launcher *launcher = process->launcher;
  if (process->previous_any != NULL)
    process->previous_any->next_any = process->next_any;
  else
    launcher->all = process->next_any;
  if (process->next_any != NULL)
    process->next_any->previous_any = process->previous_any;
}

void
ns_forget_process (struct ns_process *process)
{
  unlink_process (process);
  process->ended = true;
  napi_delete_reference (process->launcher->env, process->callback);
  ns_release_process (process);
}

static void
close_pidfd (struct ns_process *process)
{
  close (process->start.pidfd);
  process->start.pidfd = -1;
}

static void
on_closed (uv_handle_t *handle)
{
  struct ns_launcher *launcher = handle->data;
  if (--launcher->closing_handles > 0)
    return;
  if (launcher->exits >= 0)
    close (launcher->exits);
  napi_remove_async_cleanup_hook (launcher->cleanup);
  pthread_mutex_destroy (&launcher->lock);
  pthread_cond_destroy (&launcher->work);
  free (launcher->image_path);
  free (launcher);
}

/* waitid(2) as the kernel has it: with the rusage that libc's lacks.  */
static long
wait_for_process (int pidfd, siginfo_t *info, int options, struct rusage *usage)
{
  long result;
  do
    result = syscall (SYS_waitid, P_PIDFD, pidfd, info, options, usage);
  while (result < 0 && errno == EINTR);
  return result;
}

static void
settle (struct ns_process *process)
{
  struct ns_launcher *launcher = process->launcher;
  bool failed = process->start.outcome == NS_FAILED;
  process->queued = false;
  if (--launcher->pending == 0)
    uv_unref ((uv_handle_t *)&launcher->wake);
  if (process->start.outcome == NS_STARTED && launcher->running++ == 0)
    uv_ref ((uv_handle_t *)&launcher->exits_poll);
  ns_announce_outcome (process);
  if (failed)
    ns_forget_process (process);
}

static void
settle_done (struct ns_launcher *launcher)
{
  for (;;)
    {
      pthread_mutex_lock (&launcher->lock);
      struct ns_process *process = launcher->done;
      if (process != NULL)
        take_first (&launcher->done, &launcher->done_end);
      pthread_mutex_unlock (&launcher->lock);
      if (process == NULL)
        return;
      settle (process);
    }
}

static void
on_wake (uv_async_t *wake)
{
  settle_done (wake->data);
}

static void
finish (struct ns_process *process)
{
  struct ns_launcher *launcher = process->launcher;
  siginfo_t info = { 0 };
  struct rusage usage = { 0 };
  long result = wait_for_process (process->start.pidfd, &info, WEXITED | WNOHANG, &usage);
  if (result == 0 && info.si_pid == 0)
    return;
  /* By name, because a child that is being made may still hold a copy of the descriptor.  */
  epoll_ctl (launcher->exits, EPOLL_CTL_DEL, process->start.pidfd, NULL);
  close_pidfd (process);
  if (--launcher->running == 0)
    uv_unref ((uv_handle_t *)&launcher->exits_poll);
  /* Somebody else may have reaped it; then nobody knows how it ended.  */
  ns_announce_exit (process, result == 0 ? &info : NULL, &usage);
  ns_forget_process (process);
}

static void
on_exits (uv_poll_t *poll, int status, int events)
{
  struct ns_launcher *launcher = poll->data;
  struct epoll_event ended[NS_EXITS_AT_ONCE];
  (void)status;
  (void)events;
  int count = epoll_wait (launcher->exits, ended, NS_EXITS_AT_ONCE, 0);
  settle_done (launcher);
  for (int i = 0; i < count; i++)
    finish (ended[i].data.ptr);
}

/* The end of the environment.  */

static void
stop_threads (struct ns_launcher *launcher)
{
  pthread_mutex_lock (&launcher->lock);
  launcher->stopping = true;
  pthread_cond_broadcast (&launcher->work);
  unsigned count = launcher->thread_count;
  pthread_mutex_unlock (&launcher->lock);
  for (struct ns_process *process = launcher->all; process != NULL; process = process->next_any)
    ns_abort_start (&process->start);
  for (unsigned i = 0; i < count; i++)
    pthread_join (launcher->threads[i].id, NULL);
}

/* Kill and reap what still runs: without its start thread it would die anyway (PR_SET_PDEATHSIG),
   but stay a zombie of a process that only lost a worker.  */
static void
end_everything (struct ns_launcher *launcher)
{
  struct ns_process *next;
  for (struct ns_process *process = launcher->all; process != NULL; process = next)
    {
      siginfo_t info;
      next = process->next_any;
      if (process->start.pidfd >= 0)
        {
          syscall (SYS_pidfd_send_signal, (int)process->start.pidfd, SIGKILL, NULL, 0);
          wait_for_process (process->start.pidfd, &info, WEXITED, NULL);
          close_pidfd (process);
        }
      if (process->start.report >= 0)
        close (process->start.report);
      /* JavaScript has not heard of it.  */
      if (process->queued && process->start.console >= 0)
        close (process->start.console);
      close_pipes (process);
      ns_forget_process (process);
    }
}

static void
close_handles (struct ns_launcher *launcher)
{
  launcher->closing_handles = 2;
  uv_close ((uv_handle_t *)&launcher->wake, on_closed);
  uv_close ((uv_handle_t *)&launcher->exits_poll, on_closed);
}

static void
clean_up (napi_async_cleanup_hook_handle handle, void *data)
{
  struct ns_launcher *launcher = data;
  launcher->cleanup = handle;
  stop_threads (launcher);
  end_everything (launcher);
  if (launcher->image >= 0)
    close (launcher->image);
  close_handles (launcher);
}

/* The poll handle stays for good: one for each process would cost the loop six system calls.  */
static bool
open_exits (struct ns_launcher *launcher)
{
  launcher->exits = epoll_create1 (EPOLL_CLOEXEC);
  if (launcher->exits < 0
      || uv_poll_init (launcher->wake.loop, &launcher->exits_poll, launcher->exits) != 0)
    return false;
  launcher->exits_poll.data = launcher;
  uv_poll_start (&launcher->exits_poll, UV_READABLE, on_exits);
  uv_unref ((uv_handle_t *)&launcher->exits_poll);
  return true;
}

struct ns_launcher *
ns_make_launcher (napi_env env)
{
  uv_loop_t *loop;
  struct ns_launcher *launcher = calloc (1, sizeof *launcher);
  if (launcher == NULL || napi_get_uv_event_loop (env, &loop) != napi_ok
      || uv_async_init (loop, &launcher->wake, on_wake) != 0)
    {
      free (launcher);
      return NULL;
    }
  launcher->env = env;
  launcher->image = -1;
  launcher->wake.data = launcher;
  launcher->queue_end = &launcher->queue;
  launcher->done_end = &launcher->done;
  uv_unref ((uv_handle_t *)&launcher->wake);
  pthread_mutex_init (&launcher->lock, NULL);
  pthread_cond_init (&launcher->work, NULL);
  if (!open_exits (launcher))
    {
      launcher->closing_handles = 1;
      uv_close ((uv_handle_t *)&launcher->wake, on_closed);
      return NULL;
    }
  napi_add_async_cleanup_hook (env, clean_up, launcher, &launcher->cleanup);
  return launcher;
}
