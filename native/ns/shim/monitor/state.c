#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../launch.h"
#include "monitor.h"

#define STATE_VERSION 1
#define ROOM (8192 + MON_HEALTH_RESULTS * (MON_HEALTH_OUTPUT * MON_JSON_EXPANSION + 512))

#define STATE_FILE "state.json"
#define STATE_FILE_NEW ".state.json.new"

/* Has its blocks before the disk is full, for the one state that is never written again: how the
   container ended. An ordinary one fits; one with health checks may not.  */
#define STATE_FILE_SPARE ".state.json.spare"
#define SPARE_SIZE 4096

static void
add_field (struct mon_text *text, const char *name, int64_t value)
{
  mon_add (text, name);
  mon_add_number (text, value);
}

static void
add_time (struct mon_text *text, const char *name, struct timespec time)
{
  char formatted[MON_TIME_SIZE];
  mon_format_time (formatted, time);
  mon_add (text, name);
  mon_add (text, "\"");
  mon_add (text, formatted);
  mon_add (text, "\"");
}

static const char *
name_status (enum mon_phase phase)
{
  switch (phase)
    {
    case MON_CONTAINER_STARTING:
    case MON_CONTAINER_RESTARTING:
      return "restarting";
    case MON_CONTAINER_RUNNING:
    case MON_CONTAINER_DRAINING:
      return "running";
    case MON_CONTAINER_ENDED:
      break;
    }
  return "exited";
}

static int64_t
to_microseconds (struct timeval time)
{
  return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

/* While a run begins, what is known is how the one before ended.  */
static const struct mon_process *
find_known (const struct mon_container *container)
{
  return container->phase == MON_CONTAINER_STARTING ? &container->last : &container->process;
}

static void
add_exit (struct mon_text *text, const struct mon_container *container)
{
  const struct mon_process *process = find_known (container);
  add_field (text, ",\"exit\":{\"exitCode\":", mon_exit_code (process));
  if (process->signal > 0)
    add_field (text, ",\"signal\":", process->signal);
  mon_add (text, ",\"oomKilled\":");
  mon_add (text, container->oom_killed ? "true" : "false");
  add_field (text, ",\"userMicroseconds\":", to_microseconds (process->usage.ru_utime));
  add_field (text, ",\"systemMicroseconds\":", to_microseconds (process->usage.ru_stime));
  add_field (text, ",\"peakResidentBytes\":", process->usage.ru_maxrss * 1024);
  if (process->stage == MON_FAILED)
    {
      const struct mon_refusal failure = mon_describe_failure (process);
      add_field (text, ",\"failure\":{\"phase\":", failure.phase);
      add_field (text, ",\"index\":", failure.index);
      add_field (text, ",\"errno\":", failure.error);
      add_field (text, ",\"detail\":", failure.detail);
      add_field (text, ",\"signal\":", failure.signal);
      mon_add (text, "}");
    }
  mon_add (text, "}");
}

static void
add_health (struct mon_text *text, const struct mon_health *health)
{
  static const char *const names[] = { "", "starting", "healthy", "unhealthy" };
  mon_add (text, ",\"health\":{\"status\":\"");
  mon_add (text, names[health->status]);
  add_field (text, "\",\"failingStreak\":", (int64_t)health->failing_streak);
  mon_add (text, ",\"log\":[");
  for (size_t i = 0; i < health->count; i++)
    {
      const struct mon_health_result *result = &health->results[i];
      add_time (text, i == 0 ? "{\"start\":" : ",{\"start\":", result->start);
      add_time (text, ",\"end\":", result->end);
      add_field (text, ",\"exitCode\":", result->exit_code);
      mon_add (text, ",\"output\":");
      mon_add_quoted (text, result->output, result->length);
      mon_add (text, "}");
    }
  mon_add (text, "]}");
}

static void
describe (const struct monitor *monitor, struct mon_text *text)
{
  const struct mon_container *container = &monitor->container;
  const struct mon_process *process = find_known (container);
  bool runs
      = container->phase == MON_CONTAINER_RUNNING || container->phase == MON_CONTAINER_DRAINING;
  add_field (text, "{\"version\":", STATE_VERSION);
  mon_add (text, ",\"status\":\"");
  mon_add (text, name_status (container->phase));
  mon_add (text, "\",\"bootId\":\"");
  mon_add (text, monitor->boot_id);
  add_field (text, "\",\"monitor\":{\"pid\":", getpid ());
  add_field (text, ",\"startTicks\":", (int64_t)monitor->start_ticks);
  mon_add (text, "}");
  if (runs)
    {
      add_field (text, ",\"pid\":", process->start.pid);
      add_field (text, ",\"startTicks\":", (int64_t)process->start_ticks);
    }
  if (process->started.tv_sec != 0)
    add_time (text, ",\"startedAt\":", process->started);
  if (process->finished.tv_sec != 0)
    add_time (text, ",\"finishedAt\":", process->finished);
  add_field (text, ",\"restartCount\":", (int64_t)container->restart_count);
  mon_add (text, ",\"stopped\":");
  mon_add (text, container->stay_down ? "true" : "false");
  if (!runs)
    add_exit (text, container);
  if (monitor->health.status != MON_HEALTH_NONE)
    add_health (text, &monitor->health);
  add_field (text, ",\"log\":{\"errno\":", monitor->log.error);
  add_field (text, ",\"lostEntries\":", (int64_t)monitor->log.lost_entries);
  mon_add (text, "}}\n");
}

struct mon_text
mon_describe_state (const struct monitor *monitor)
{
  struct mon_text text = { .bytes = malloc (ROOM), .capacity = ROOM };
  if (text.bytes == NULL)
    text.capacity = 0;
  describe (monitor, &text);
  return text;
}

static void
reserve_spare (int directory)
{
  int fd = openat (directory, STATE_FILE_SPARE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  if (syscall (SYS_fallocate, fd, 0, (off_t)0, (off_t)SPARE_SIZE) < 0)
    unlinkat (directory, STATE_FILE_SPARE, 0);
  close (fd);
}

/* Write TEXT to the file NAME and have it take the place of the state.  */
static int
replace_state (int directory, const char *name, int flags, const struct mon_text *text)
{
  int error = 0;
  int fd = openat (directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (fd < 0)
    return errno;
  if (!ns_write_all (fd, text->bytes, text->length)
      || syscall (SYS_ftruncate, fd, (off_t)text->length) < 0 || fsync (fd) < 0)
    error = errno;
  close (fd);
  if (error == 0 && renameat (directory, name, directory, STATE_FILE) < 0)
    error = errno;
  if (error != 0)
    unlinkat (directory, name, 0);
  return error;
}

int
mon_write_state (const struct monitor *monitor)
{
  struct mon_text text = mon_describe_state (monitor);
  int directory = monitor->directory;
  if (text.bytes == NULL || text.overflowed)
    return free (text.bytes), ENOMEM;
  int error = replace_state (directory, STATE_FILE_NEW, O_CREAT | O_TRUNC, &text);
  if ((error == ENOSPC || error == EDQUOT) && monitor->container.phase == MON_CONTAINER_ENDED)
    error = replace_state (directory, STATE_FILE_SPARE, 0, &text);
  else if (error == 0 && monitor->container.phase == MON_CONTAINER_RUNNING)
    reserve_spare (directory);
  else if (error == 0 && monitor->container.phase == MON_CONTAINER_ENDED)
    unlinkat (directory, STATE_FILE_SPARE, 0);
  free (text.bytes);
  return error;
}
