#include "exec.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "monitor.h"

#define MOST_EXECS 1024
#define READ_SIZE (64 * 1024)
#define TERMINAL_RETRY 200

static char buffer[READ_SIZE] __attribute__ ((aligned (4096)));

struct mon_refusal
mon_describe_failure (const struct mon_process *process)
{
  const struct ns_report *failure = &process->start.failure;
  return (struct mon_refusal){ .phase = failure->phase,
                               .index = failure->index,
                               .error = failure->error,
                               .detail = failure->detail,
                               .signal = process->start.signal };
}

static void
tell (const struct mon_exec *exec, struct mon_frame frame, const void *payload)
{
  frame.id = exec->id;
  if (exec->owner != NULL)
    mon_send (exec->owner, frame, payload);
}

/* The owner hears the end, in whichever way the command ended.  */
static void
finish (const struct monitor *monitor, struct mon_exec *exec)
{
  struct mon_process *process = &exec->process;
  const struct mon_refusal refusal = mon_describe_failure (process);
  if (process->stage == MON_FAILED)
    tell (exec,
          (struct mon_frame){ .size = sizeof refusal, .type = MON_REFUSED, .value = refusal.error },
          &refusal);
  else if (exec->told)
    tell (exec,
          (struct mon_frame){
              .type = MON_EXEC_ENDED, .flags = (uint16_t)process->signal, .value = process->code },
          NULL);
  if (process->stage == MON_EXITED && exec->identified)
    mon_tell_exec_end (monitor, exec->name, mon_exit_code (process));
  mon_close_process (process);
  exec->done = true;
}

/* Detached: the client is told that it runs, and no more.  */
static void
announce (struct mon_exec *exec)
{
  tell (exec, (struct mon_frame){ .type = MON_STARTED, .value = exec->process.start.pid }, NULL);
  exec->told = true;
  if (exec->detached)
    exec->owner = NULL;
}

/* Returns whether there may be more at once.  */
static bool
read_stream (struct monitor *monitor, struct mon_exec *exec, int stream)
{
  int *fd = mon_find_stream (&exec->process, stream);
  if (fd == NULL)
    return false;
  ssize_t got = read (*fd, buffer, sizeof buffer);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return false;
  if (got < 0 && errno == EIO && exec->process.stage == MON_RUNNING)
    {
      exec->quiet_until = mon_now () + TERMINAL_RETRY;
      return false;
    }
  if (got <= 0)
    {
      close (*fd);
      *fd = -1;
      return false;
    }
  monitor->dirty = true;
  tell (exec,
        (struct mon_frame){ .size = (uint32_t)got, .type = MON_OUTPUT, .flags = (uint16_t)stream },
        buffer);
  return true;
}

static bool
is_held (const struct mon_exec *exec)
{
  return exec->owner != NULL && mon_is_behind (exec->owner);
}

/* It has ended, and what it wrote is in the pipes: a child of its own that keeps them open may not
   hold it up.  */
static void
drain (struct monitor *monitor, struct mon_exec *exec)
{
  for (int stream = 1; stream <= 2; stream++)
    do
      if (is_held (exec))
        return;
    while (read_stream (monitor, exec, stream));
  finish (monitor, exec);
}

static void
attend (struct monitor *monitor, void *subject, short revents)
{
  struct mon_exec *exec = subject;
  struct mon_process *process = &exec->process;
  (void)revents;
  if (exec->done)
    return;
  if (process->stage == MON_STARTING)
    {
      mon_hear_process (process);
      if (process->stage == MON_RUNNING)
        announce (exec);
      else if (process->stage == MON_FAILED)
        finish (monitor, exec);
      return;
    }
  if (process->stage == MON_RUNNING)
    mon_reap_process (process);
  if (process->stage == MON_EXITED)
    drain (monitor, exec);
}

static void
take_stdout (struct monitor *monitor, void *subject, short revents)
{
  (void)revents;
  read_stream (monitor, subject, 1);
}

static void
take_stderr (struct monitor *monitor, void *subject, short revents)
{
  (void)revents;
  read_stream (monitor, subject, 2);
}

static size_t
count_execs (const struct monitor *monitor)
{
  size_t count = 0;
  for (const struct mon_exec *exec = monitor->execs; exec != NULL; exec = exec->next)
    count++;
  return count;
}

int
mon_start_exec (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame,
                const char *id, struct mon_plan_bytes plan)
{
  struct mon_process *init = &monitor->container.process;
  bool detached = frame->flags & MON_DETACHED;
  if (monitor->container.phase != MON_CONTAINER_RUNNING)
    return ESRCH;
  if (!detached && client->exec != NULL)
    return EBUSY;
  if (count_execs (monitor) >= MOST_EXECS)
    return EAGAIN;
  struct mon_exec *exec = malloc (sizeof *exec);
  if (exec == NULL)
    return ENOMEM;
  *exec = (struct mon_exec){ .owner = client,
                             .id = frame->id,
                             .detached = detached,
                             .identified = id != NULL,
                             .next = monitor->execs };
  if (id != NULL)
    __builtin_memcpy (exec->name, id, MON_EXEC_ID);
  monitor->execs = exec;
  if (!detached)
    client->exec = exec;
  mon_start_process (&exec->process, plan, init->start.pidfd, monitor->image);
  if (exec->process.stage == MON_FAILED)
    finish (monitor, exec);
  return 0;
}

void
mon_rest_execs (void)
{
  madvise (buffer, READ_SIZE, MADV_DONTNEED);
}

void
mon_watch_execs (struct monitor *monitor)
{
  uint64_t now = mon_now ();
  for (struct mon_exec *exec = monitor->execs; exec != NULL; exec = exec->next)
    {
      struct mon_process *process = &exec->process;
      if (process->stage == MON_STARTING)
        mon_watch (process->start.report, POLLIN, attend, exec);
      else if (process->stage == MON_RUNNING)
        mon_watch (process->start.pidfd, POLLIN, attend, exec);
      /* Its output comes after the word that it runs.  */
      if (is_held (exec) || process->stage != MON_RUNNING)
        continue;
      for (int stream = 1; stream <= 2; stream++)
        {
          int *fd = mon_find_stream (process, stream);
          if (fd != NULL && exec->quiet_until <= now)
            mon_watch (*fd, POLLIN, stream == 1 ? take_stdout : take_stderr, exec);
          else if (fd != NULL)
            mon_wake_at (exec->quiet_until);
        }
    }
}

void
mon_sweep_execs (struct monitor *monitor)
{
  for (struct mon_exec **at = &monitor->execs; *at != NULL;)
    {
      struct mon_exec *exec = *at;
      if (!exec->done && exec->process.stage == MON_EXITED)
        drain (monitor, exec);
      if (!exec->done)
        {
          at = &exec->next;
          continue;
        }
      *at = exec->next;
      if (exec->owner != NULL && exec->owner->exec == exec)
        exec->owner->exec = NULL;
      free (exec);
    }
}
