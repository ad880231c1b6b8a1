#include "health.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "monitor.h"

/* In the start period a container that has not been healthy yet is asked at other intervals.  */
static uint64_t
find_next (const struct monitor *monitor)
{
  const struct mon_settings *settings = &monitor->settings;
  const struct mon_health *health = &monitor->health;
  uint64_t now = mon_now ();
  bool begins = health->status == MON_HEALTH_STARTING
                && now - health->began < settings->health_start_period;
  return now + (begins ? settings->health_start_interval : settings->health_interval);
}

void
mon_begin_health (struct monitor *monitor)
{
  struct mon_health *health = &monitor->health;
  if (monitor->settings.health.bytes == NULL)
    return;
  health->status = MON_HEALTH_STARTING;
  health->failing_streak = 0;
  health->count = 0;
  health->began = mon_now ();
  health->next_at = find_next (monitor);
}

static void
say (struct mon_health_result *result, const char *text)
{
  size_t room = MON_HEALTH_OUTPUT - result->length;
  size_t length = strlen (text) < room ? strlen (text) : room;
  memcpy (result->output + result->length, text, length);
  result->length += length;
}

/* A failure counts once the container is healthy or its start period is over.  */
static void
judge (struct monitor *monitor, const struct mon_health_result *result)
{
  struct mon_health *health = &monitor->health;
  const struct mon_settings *settings = &monitor->settings;
  if (result->exit_code == 0)
    {
      health->status = MON_HEALTHY;
      health->failing_streak = 0;
      return;
    }
  if (health->status == MON_HEALTH_STARTING
      && mon_now () - health->began < settings->health_start_period)
    return;
  if (++health->failing_streak >= settings->health_retries)
    health->status = MON_UNHEALTHY;
}

static void
keep (struct mon_health *health, const struct mon_health_result *result)
{
  if (health->count == MON_HEALTH_RESULTS)
    memmove (health->results, health->results + 1, sizeof *result * --health->count);
  memcpy (&health->results[health->count++], result, sizeof *result);
}

/* The check has ended, in whichever way; one that ended with the container says nothing of it.  */
static void
finish (struct monitor *monitor)
{
  struct mon_health *health = &monitor->health;
  struct mon_health_result *result = &health->current;
  result->exit_code = health->timed_out ? -1 : mon_exit_code (&health->process);
  result->end = health->process.finished;
  if (health->timed_out)
    {
      result->length = 0;
      say (result, "the health check took longer than its timeout");
    }
  else if (health->process.stage == MON_FAILED)
    say (result, "the health check could not be started");
  mon_close_process (&health->process);
  health->process.stage = MON_IDLE;
  health->limit_at = 0;
  if (monitor->container.phase != MON_CONTAINER_RUNNING)
    return;
  enum mon_health_status before = health->status;
  judge (monitor, result);
  if (health->status != before)
    monitor->journal.news |= MON_NEWS_HEALTH;
  keep (health, result);
  health->next_at = find_next (monitor);
  monitor->state_changed = true;
}

/* Returns whether there may be more at once. What does not fit is dropped.  */
static bool
read_stream (struct mon_health *health, int stream)
{
  struct mon_health_result *result = &health->current;
  int *fd = mon_find_stream (&health->process, stream);
  char dropped[512];
  if (fd == NULL)
    return false;
  size_t room = MON_HEALTH_OUTPUT - result->length;
  ssize_t got = room > 0 ? read (*fd, result->output + result->length, room)
                         : read (*fd, dropped, sizeof dropped);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return false;
  if (got <= 0)
    {
      close (*fd);
      *fd = -1;
      return false;
    }
  result->length += room > 0 ? (size_t)got : 0;
  return true;
}

static void
take_stdout (struct monitor *monitor, void *subject, short revents)
{
  (void)revents;
  (void)monitor;
  read_stream (subject, 1);
}

static void
take_stderr (struct monitor *monitor, void *subject, short revents)
{
  (void)revents;
  (void)monitor;
  read_stream (subject, 2);
}

static void
attend (struct monitor *monitor, void *subject, short revents)
{
  struct mon_health *health = subject;
  (void)revents;
  if (health->process.stage == MON_STARTING)
    mon_hear_process (&health->process);
  else
    mon_reap_process (&health->process);
  if (health->process.stage == MON_EXITED)
    for (int stream = 1; stream <= 2; stream++)
      while (read_stream (health, stream))
        continue;
  if (health->process.stage == MON_EXITED || health->process.stage == MON_FAILED)
    finish (monitor);
}

void
mon_end_health (struct monitor *monitor)
{
  struct mon_health *health = &monitor->health;
  health->next_at = 0;
  if (health->process.stage == MON_RUNNING || health->process.stage == MON_STARTING)
    mon_signal_process (&health->process, SIGKILL);
}

void
mon_watch_health (struct monitor *monitor)
{
  struct mon_health *health = &monitor->health;
  struct mon_process *process = &health->process;
  mon_wake_at (health->next_at);
  mon_wake_at (health->limit_at);
  if (process->stage == MON_STARTING)
    mon_watch (process->start.report, POLLIN, attend, health);
  else if (process->stage == MON_RUNNING)
    mon_watch (process->start.pidfd, POLLIN, attend, health);
  else
    return;
  for (int stream = 1; stream <= 2; stream++)
    {
      int *fd = mon_find_stream (process, stream);
      if (fd != NULL)
        mon_watch (*fd, POLLIN, stream == 1 ? take_stdout : take_stderr, health);
    }
}

static void
begin_check (struct monitor *monitor)
{
  struct mon_health *health = &monitor->health;
  const struct mon_settings *settings = &monitor->settings;
  health->next_at = 0;
  health->timed_out = false;
  health->current.length = 0;
  clock_gettime (CLOCK_REALTIME, &health->current.start);
  health->limit_at = mon_now () + settings->health_timeout;
  mon_start_process (&health->process, settings->health, monitor->container.process.start.pidfd,
                     monitor->image);
  if (health->process.stage == MON_FAILED)
    {
      health->process.finished = health->current.start;
      finish (monitor);
    }
}

/* A container that is paused is not asked, and a check that is paused with it has its time again.
 */
static void
put_off (struct monitor *monitor, uint64_t now)
{
  struct mon_health *health = &monitor->health;
  if (health->limit_at != 0)
    health->limit_at = now + monitor->settings.health_timeout;
  if (health->next_at != 0)
    health->next_at = find_next (monitor);
}

void
mon_tick_health (struct monitor *monitor)
{
  struct mon_health *health = &monitor->health;
  uint64_t now = mon_now ();
  bool due = (health->limit_at != 0 && health->limit_at <= now)
             || (health->next_at != 0 && health->next_at <= now);
  if (due && mon_is_frozen (&monitor->settings))
    return put_off (monitor, now);
  if (health->limit_at != 0 && health->limit_at <= now)
    {
      health->timed_out = true;
      health->limit_at = 0;
      mon_signal_process (&health->process, SIGKILL);
    }
  if (health->next_at != 0 && health->next_at <= now
      && monitor->container.phase == MON_CONTAINER_RUNNING && health->process.stage == MON_IDLE)
    begin_check (monitor);
}
