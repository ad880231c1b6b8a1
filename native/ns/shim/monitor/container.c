#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "monitor.h"
#include "state.h"

#define READ_SIZE (128 * 1024)
#define PIPE_SIZE (256 * 1024)

/* Milliseconds. Docker's backoff: 100 ms, doubled up to a minute, anew after a run of ten seconds.
 */
#define FIRST_BACKOFF 100
#define LONGEST_BACKOFF 60000
#define GOOD_RUN 10000
/* How long what was killed with its cgroup may hold a pipe open.  */
#define DRAIN_TIME 1000
#define THAW_AGAIN 100
#define TERMINAL_RETRY 200

#define PAGE_SIZE 4096
/* A page more than is read, for the slack of mon_escape.  */
#define BUFFER_SIZE (MON_LINE_SIZE + READ_SIZE + PAGE_SIZE)
static char buffers[2][BUFFER_SIZE] __attribute__ ((aligned (PAGE_SIZE)));

static void
prepare_outputs (struct mon_container *container)
{
  static const char *const names[] = { "stdout", "stderr" };
  for (int i = 0; i < 2; i++)
    {
      container->outputs[i]
          = (struct mon_output){ .line = { .stream = names[i] }, .buffer = buffers[i] };
      /* Fewer turns for a container that writes much; where it is refused, more.  */
      if (container->process.start.stdio[i + 1] >= 0)
        fcntl (container->process.start.stdio[i + 1], F_SETPIPE_SZ, PIPE_SIZE);
    }
}

static void begin_draining (struct monitor *monitor);

void
mon_start_container (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  container->phase = MON_CONTAINER_STARTING;
  container->restart_at = 0;
  container->oom_before = mon_count_oom_kills (&monitor->oom_counter);
  container->oom_told = container->oom_before;
  container->last = container->process;
  mon_start_process (&container->process, monitor->settings.plan, -1, monitor->image);
  prepare_outputs (container);
  if (container->process.stage == MON_FAILED)
    begin_draining (monitor);
}

/* Output.  */

/* Log what OUTPUT holds, as far as it is complete.  */
static void
log_output (struct monitor *monitor, struct mon_output *output, bool end)
{
  size_t taken = mon_write_log (&monitor->log, &output->line, output->buffer, output->length, end);
  output->length -= taken;
  if (taken > 0 && output->length > 0)
    memmove (output->buffer, output->buffer + taken, output->length);
}

static void
end_output (struct monitor *monitor, int index)
{
  int *fd = mon_find_stream (&monitor->container.process, index + 1);
  log_output (monitor, &monitor->container.outputs[index], true);
  if (fd != NULL)
    close (*fd), *fd = -1;
}

/* Returns whether there may be more at once.  */
static bool
read_output (struct monitor *monitor, int index)
{
  struct mon_container *container = &monitor->container;
  struct mon_output *output = &container->outputs[index];
  int *fd = mon_find_stream (&container->process, index + 1);
  if (fd == NULL)
    return false;
  char *fresh = output->buffer + output->length;
  ssize_t got = read (*fd, fresh, READ_SIZE);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return false;
  /* EIO: a terminal that nobody has open; its program may open it again.  */
  if (got < 0 && errno == EIO && container->process.stage == MON_RUNNING)
    {
      output->quiet_until = mon_now () + TERMINAL_RETRY;
      return false;
    }
  if (got <= 0)
    {
      end_output (monitor, index);
      return false;
    }
  monitor->dirty = true;
  output->length += (size_t)got;
  mon_broadcast_output (monitor, index + 1, fresh, (size_t)got);
  log_output (monitor, output, false);
  if (monitor->log.changed)
    monitor->state_changed = true;
  return true;
}

static void
take_stdout (struct monitor *monitor, void *subject, short revents)
{
  (void)subject;
  (void)revents;
  read_output (monitor, 0);
}

static void
take_stderr (struct monitor *monitor, void *subject, short revents)
{
  (void)subject;
  (void)revents;
  read_output (monitor, 1);
}

/* The run and its end.  */

static void
begin_run (struct monitor *monitor)
{
  monitor->container.phase = MON_CONTAINER_RUNNING;
  monitor->state_changed = true;
  monitor->journal.news |= MON_NEWS_START;
  mon_begin_health (monitor);
}

static void
count_oom_kills (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  uint64_t count = mon_count_oom_kills (&monitor->oom_counter);
  container->oom_killed = count > container->oom_before;
  if (count > container->oom_told)
    monitor->journal.news |= MON_NEWS_OOM;
  container->oom_told = count;
}

static void
hear_oom (struct monitor *monitor, void *subject, short revents)
{
  (void)subject;
  (void)revents;
  count_oom_kills (monitor);
}

static void
begin_draining (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  container->phase = MON_CONTAINER_DRAINING;
  count_oom_kills (monitor);
  container->kill_at = 0;
  container->drain_until = mon_now () + DRAIN_TIME;
  mon_end_health (monitor);
}

static bool
wants_restart (const struct monitor *monitor)
{
  const struct mon_container *container = &monitor->container;
  const struct mon_settings *settings = &monitor->settings;
  if (container->stay_down)
    return false;
  switch (settings->restart)
    {
    case MON_RESTART_NO:
      return false;
    case MON_RESTART_ALWAYS:
    case MON_RESTART_UNLESS_STOPPED:
      return true;
    case MON_RESTART_ON_FAILURE:
      return mon_exit_code (&container->process) != 0
             && (settings->retries == 0 || container->restart_count < settings->retries);
    }
  return false;
}

static uint64_t
grow_backoff (const struct mon_container *container)
{
  const struct mon_process *process = &container->process;
  bool good = process->stage == MON_EXITED && mon_now () - process->started_ms >= GOOD_RUN;
  if (container->backoff == 0 || good)
    return FIRST_BACKOFF;
  return container->backoff * 2 < LONGEST_BACKOFF ? container->backoff * 2 : LONGEST_BACKOFF;
}

static void
end_run (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  bool first = monitor->caller >= 0;
  for (int i = 0; i < 2; i++)
    end_output (monitor, i);
  mon_close_process (&container->process);
  if (container->process.stage == MON_EXITED)
    monitor->journal.news |= MON_NEWS_DIE;
  if (!first && wants_restart (monitor))
    {
      container->backoff = grow_backoff (container);
      container->restart_at = mon_now () + container->backoff;
      container->phase = MON_CONTAINER_RESTARTING;
    }
  else
    container->phase = MON_CONTAINER_ENDED;
  monitor->state_changed = true;
  monitor->end_due = true;
}

/* Whether all that the container wrote has been read: to the end of file or, since everything in it
   is dead, to the last byte that is there.  */
static void
drain (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  bool open = false;
  bool empty = mon_kill_rest (&monitor->settings);
  if (mon_is_held (monitor))
    return;
  for (int i = 0; i < 2; i++)
    {
      while (read_output (monitor, i))
        if (mon_is_held (monitor))
          return;
      open = open || mon_find_stream (&container->process, i + 1) != NULL;
    }
  if (!open || empty || mon_now () >= container->drain_until)
    end_run (monitor);
}

static void
hear (struct monitor *monitor, void *subject, short revents)
{
  struct mon_container *container = &monitor->container;
  (void)subject;
  (void)revents;
  mon_hear_process (&container->process);
  if (container->process.stage == MON_RUNNING)
    begin_run (monitor);
  else if (container->process.stage == MON_FAILED)
    begin_draining (monitor);
}

static void
reap (struct monitor *monitor, void *subject, short revents)
{
  (void)subject;
  (void)revents;
  mon_reap_process (&monitor->container.process);
  if (monitor->container.process.stage == MON_EXITED)
    begin_draining (monitor);
}

/* Before cgroup v2 a frozen process dies no sooner than it is thawed: freezer-subsystem.rst.  */
int
mon_signal_container (struct monitor *monitor, int signal)
{
  struct mon_container *container = &monitor->container;
  int error = mon_signal_process (&container->process, signal);
  if (error == 0 && signal != 0)
    mon_tell_signal (monitor, signal);
  if (error == 0 && signal == SIGKILL)
    container->thaw_at = mon_now ();
  return error;
}

static void
thaw (struct monitor *monitor, uint64_t now)
{
  struct mon_container *container = &monitor->container;
  bool alive = container->process.stage == MON_RUNNING;
  if (alive)
    mon_thaw (&monitor->settings);
  container->thaw_at = alive ? now + THAW_AGAIN : 0;
}

void
mon_stop_container (struct monitor *monitor, int signal, int64_t timeout)
{
  struct mon_container *container = &monitor->container;
  container->stay_down = true;
  if (container->phase == MON_CONTAINER_RESTARTING)
    {
      container->phase = MON_CONTAINER_ENDED;
      container->restart_at = 0;
      monitor->state_changed = true;
      return;
    }
  mon_signal_container (monitor, signal);
  if (timeout >= 0 && signal != SIGKILL)
    container->kill_at = mon_now () + (uint64_t)timeout;
}

void
mon_rest_container (struct monitor *monitor)
{
  for (int i = 0; i < 2; i++)
    {
      size_t kept
          = (monitor->container.outputs[i].length + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
      madvise (buffers[i] + kept, BUFFER_SIZE - kept, MADV_DONTNEED);
    }
}

void
mon_watch_container (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  struct mon_process *process = &container->process;
  uint64_t now = mon_now ();
  if (process->stage == MON_STARTING)
    mon_watch (process->start.report, POLLIN, hear, NULL);
  else if (process->stage == MON_RUNNING)
    {
      mon_watch (process->start.pidfd, POLLIN, reap, NULL);
      if (monitor->oom_counter >= 0)
        mon_watch (monitor->oom_counter, POLLPRI, hear_oom, NULL);
    }
  for (int i = 0; i < 2 && !mon_is_held (monitor); i++)
    {
      int *fd = mon_find_stream (process, i + 1);
      if (fd == NULL)
        continue;
      if (container->outputs[i].quiet_until <= now)
        mon_watch (*fd, POLLIN, i == 0 ? take_stdout : take_stderr, NULL);
      else
        mon_wake_at (container->outputs[i].quiet_until);
    }
  mon_wake_at (container->restart_at);
  mon_wake_at (container->kill_at);
  mon_wake_at (container->thaw_at);
  if (container->phase == MON_CONTAINER_DRAINING && !mon_is_held (monitor))
    mon_wake_at (now + 5);
}

void
mon_tick_container (struct monitor *monitor)
{
  struct mon_container *container = &monitor->container;
  uint64_t now = mon_now ();
  if (container->kill_at != 0 && container->kill_at <= now)
    {
      container->kill_at = 0;
      mon_signal_container (monitor, SIGKILL);
    }
  if (container->thaw_at != 0 && container->thaw_at <= now)
    thaw (monitor, now);
  if (container->phase == MON_CONTAINER_DRAINING)
    drain (monitor);
  if (container->phase == MON_CONTAINER_RESTARTING && container->restart_at <= now)
    {
      container->restart_count++;
      mon_start_container (monitor);
    }
}
