#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../syscall.h"
#include "monitor.h"
#include "text.h"

/* Room for what an event says besides its subject, and for the end of its entry.  */
#define TAIL_SIZE 512

bool
mon_is_plain (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    {
      char c = text[i];
      bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '-')
        return false;
    }
  return length > 0;
}

int
mon_name_container (struct monitor *monitor, const char *name, size_t length)
{
  if (length > MON_LONGEST_NAME || !mon_is_plain (name, length))
    return EINVAL;
  memcpy (monitor->journal.name, name, length);
  monitor->journal.name[length] = '\0';
  return 0;
}

/* One of those who find it too large: the lock goes with the file that was renamed.  */
static void
rotate (int fd, const struct mon_settings *settings)
{
  struct statx held, named;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0
      && ns_syscall (__NR_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &held) == 0
      && ns_syscall (__NR_statx, AT_FDCWD, settings->journal, 0, STATX_INO, &named) == 0
      && held.stx_ino == named.stx_ino)
    renameat (AT_FDCWD, settings->journal, AT_FDCWD, settings->journal_older);
}

static struct iovec
refer (const char *text)
{
  return (struct iovec){ .iov_base = (void *)(uintptr_t)text, .iov_len = strlen (text) };
}

/* The string of a string: what happened is JSON in the text of a log's entry.  */
static void
add_attribute (struct mon_text *text, const char *name, const char *value, size_t length)
{
  mon_add (text, ",\\\"");
  mon_add (text, name);
  mon_add (text, "\\\":\\\"");
  mon_add_bytes (text, value, length);
  mon_add (text, "\\\"");
}

static void
add_number (struct mon_text *text, const char *name, int64_t number)
{
  char digits[24];
  struct mon_text value = { .bytes = digits, .capacity = sizeof digits };
  mon_add_number (&value, number);
  add_attribute (text, name, digits, value.length);
}

static void
end_entry (struct mon_text *text)
{
  struct timespec now;
  char time[MON_TIME_SIZE];
  clock_gettime (CLOCK_REALTIME, &now);
  /* As precise as the clock of others who write: later entries have no earlier time.  */
  now.tv_nsec -= now.tv_nsec % 1000000;
  mon_format_time (time, now);
  mon_add (text, "}}\\n\",\"stream\":\"stdout\",\"time\":\"");
  mon_add (text, time);
  mon_add (text, "\"}\n");
}

/* ATTRIBUTES are what it says besides whom it happened to.  */
static void
tell (const struct monitor *monitor, const char *action, const struct mon_text *attributes)
{
  const struct mon_settings *settings = &monitor->settings;
  if (settings->journal == NULL)
    return;
  char bytes[TAIL_SIZE];
  struct mon_text tail = { .bytes = bytes, .capacity = sizeof bytes };
  if (attributes != NULL)
    mon_add_bytes (&tail, attributes->bytes, attributes->length);
  end_entry (&tail);
  const struct iovec parts[] = {
    refer ("{\"log\":\"{\\\"type\\\":\\\"container\\\",\\\"action\\\":\\\""),
    refer (action),
    refer (settings->journal_subject),
    refer (monitor->journal.name),
    refer ("\\\""),
    { .iov_base = bytes, .iov_len = tail.length },
  };
  int fd = open (settings->journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return;
  ns_syscall (__NR_writev, fd, parts, sizeof parts / sizeof *parts);
  if (lseek (fd, 0, SEEK_END) > settings->journal_size)
    rotate (fd, settings);
  close (fd);
}

void
mon_tell_signal (const struct monitor *monitor, int signal)
{
  char bytes[64];
  struct mon_text attributes = { .bytes = bytes, .capacity = sizeof bytes };
  add_number (&attributes, "signal", signal);
  tell (monitor, "kill", &attributes);
}

void
mon_tell_resize (const struct monitor *monitor, unsigned rows, unsigned columns)
{
  char bytes[64];
  struct mon_text attributes = { .bytes = bytes, .capacity = sizeof bytes };
  add_number (&attributes, "height", rows);
  add_number (&attributes, "width", columns);
  tell (monitor, "resize", &attributes);
}

void
mon_tell_exec_end (const struct monitor *monitor, const char id[MON_EXEC_ID], int code)
{
  char bytes[64 + MON_EXEC_ID];
  struct mon_text attributes = { .bytes = bytes, .capacity = sizeof bytes };
  add_attribute (&attributes, "execID", id, MON_EXEC_ID);
  add_number (&attributes, "exitCode", code);
  tell (monitor, "exec_die", &attributes);
}

static void
tell_end (const struct monitor *monitor)
{
  char bytes[128];
  struct mon_text attributes = { .bytes = bytes, .capacity = sizeof bytes };
  const struct mon_process *process = &monitor->container.process;
  add_number (&attributes, "execDuration", process->finished.tv_sec - process->started.tv_sec);
  add_number (&attributes, "exitCode", mon_exit_code (process));
  tell (monitor, "die", &attributes);
}

void
mon_tell_news (struct monitor *monitor)
{
  unsigned news = monitor->journal.news;
  monitor->journal.news = 0;
  if (news & MON_NEWS_START)
    tell (monitor, "start", NULL);
  if (news & MON_NEWS_HEALTH)
    tell (monitor,
          monitor->health.status == MON_HEALTHY ? "health_status: healthy"
                                                : "health_status: unhealthy",
          NULL);
  if (news & MON_NEWS_OOM)
    tell (monitor, "oom", NULL);
  if (news & MON_NEWS_DIE)
    tell_end (monitor);
}
