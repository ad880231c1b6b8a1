#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_THREAD_STACK (256 * 1024)

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
    launcher->image = ns_seal_image (launcher->image_path);
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
      pthread_mutex_lock (&launcher->lock);
      append (&launcher->done_end, process);
      /* Without the lock: the loop would only wake up to wait for it.  */
      pthread_mutex_unlock (&launcher->lock);
      uv_async_send (&launcher->wake);
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

void
ns_release_process (struct ns_process *process)
{
  if (--process->references > 0)
    return;
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
finish_closing (struct ns_launcher *launcher)
{
  if (--launcher->closing_handles > 0)
    return;
  napi_remove_async_cleanup_hook (launcher->cleanup);
  pthread_mutex_destroy (&launcher->lock);
  pthread_cond_destroy (&launcher->work);
  free (launcher->image_path);
  free (launcher);
}

static void
on_poll_closed (uv_handle_t *handle)
{
  struct ns_process *process = handle->data;
  struct ns_launcher *launcher = process->launcher;
  ns_forget_process (process);
  finish_closing (launcher);
}

static void
close_poll (struct ns_process *process)
{
  process->launcher->closing_handles++;
  uv_close ((uv_handle_t *)&process->poll, on_poll_closed);
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
on_pidfd_readable (uv_poll_t *poll, int status, int events)
{
  struct ns_process *process = poll->data;
  siginfo_t info = { 0 };
  struct rusage usage = { 0 };
  (void)events;
  long result = wait_for_process (process->start.pidfd, &info, WEXITED | WNOHANG, &usage);
  if (status == 0 && (result == 0 ? info.si_pid == 0 : errno == EAGAIN))
    return;
  uv_poll_stop (poll);
  close_pidfd (process);
  /* Somebody else may have reaped it; then nobody knows how it ended.  */
  ns_announce_exit (process, result == 0 && info.si_pid != 0 ? &info : NULL, &usage);
  close_poll (process);
}

/* uv_poll_init is what may fail, where epoll takes no more; uv_poll_start cannot on a handle of it.
 */
static int
watch (struct ns_process *process)
{
  int error = uv_poll_init (process->launcher->wake.loop, &process->poll, process->start.pidfd);
  if (error < 0)
    return error;
  process->poll.data = process;
  return uv_poll_start (&process->poll, UV_READABLE, on_pidfd_readable);
}

static void
settle (struct ns_process *process)
{
  process->queued = false;
  switch (process->start.outcome)
    {
    case NS_PARKED:
      ns_announce_outcome (process);
      break;
    case NS_STARTED:
      {
        int error = watch (process);
        if (error < 0)
          ns_undo_start (&process->start, -error);
        ns_announce_outcome (process);
        if (error < 0)
          ns_forget_process (process);
        break;
      }
    case NS_FAILED:
      ns_announce_outcome (process);
      ns_forget_process (process);
    }
}

static void
on_wake (uv_async_t *wake)
{
  struct ns_launcher *launcher = wake->data;
  for (;;)
    {
      pthread_mutex_lock (&launcher->lock);
      struct ns_process *process = launcher->done;
      if (process != NULL)
        take_first (&launcher->done, &launcher->done_end);
      pthread_mutex_unlock (&launcher->lock);
      if (process == NULL)
        return;
      if (--launcher->pending == 0)
        uv_unref ((uv_handle_t *)wake);
      settle (process);
    }
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

/* uv_poll made the pidfd non-blocking, and so waitid(2) on it.  */
static void
wait_for_end (int pidfd)
{
  struct pollfd end = { .fd = pidfd, .events = POLLIN };
  while (poll (&end, 1, -1) < 0 && errno == EINTR)
    continue;
}

/* JavaScript has not heard of them.  */
static void
close_streams (const struct ns_process *process)
{
  if (process->start.console >= 0)
    close (process->start.console);
  for (int i = 0; i < 3; i++)
    if (process->start.stdio[i] >= 0)
      close (process->start.stdio[i]);
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
      bool watched = uv_is_active ((uv_handle_t *)&process->poll);
      if (process->start.pidfd >= 0)
        {
          syscall (SYS_pidfd_send_signal, (int)process->start.pidfd, SIGKILL, NULL, 0);
          wait_for_end (process->start.pidfd);
          wait_for_process (process->start.pidfd, &info, WEXITED, NULL);
        }
      if (watched)
        {
          uv_poll_stop (&process->poll);
          close_poll (process);
        }
      if (process->start.pidfd >= 0)
        close_pidfd (process);
      if (process->start.report >= 0)
        close (process->start.report);
      if (process->queued)
        close_streams (process);
      if (!watched && !uv_is_closing ((uv_handle_t *)&process->poll))
        ns_forget_process (process);
    }
}

static void
on_wake_closed (uv_handle_t *handle)
{
  finish_closing (handle->data);
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
  uv_close ((uv_handle_t *)&launcher->wake, on_wake_closed);
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
  launcher->closing_handles = 1; /* wake */
  launcher->wake.data = launcher;
  launcher->queue_end = &launcher->queue;
  launcher->done_end = &launcher->done;
  uv_unref ((uv_handle_t *)&launcher->wake);
  pthread_mutex_init (&launcher->lock, NULL);
  pthread_cond_init (&launcher->work, NULL);
  napi_add_async_cleanup_hook (env, clean_up, launcher, &launcher->cleanup);
  return launcher;
}
