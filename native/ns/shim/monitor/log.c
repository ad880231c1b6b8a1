#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The largest entry fits: all its bytes escaped, and what is around them.  */
#define BATCH_SIZE (256 * 1024)
#define ENTRY_OVERHEAD 256

static char batch[BATCH_SIZE] __attribute__ ((aligned (4096)));
static size_t batched;

static int
open_file (struct mon_log *log, int flags)
{
  log->fd = openat (log->directory, log->name,
                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (log->fd < 0)
    return errno;
  off_t end = lseek (log->fd, 0, SEEK_END);
  log->size = end < 0 ? 0 : (uint64_t)end;
  return 0;
}

int
mon_open_log (struct mon_log *log, int directory, const struct mon_settings *settings)
{
  *log = (struct mon_log){ .directory = directory,
                           .name = settings->log_name,
                           .fd = -1,
                           .max_size = settings->log_size,
                           .max_files = (unsigned)settings->log_files };
  return settings->log_driver == MON_LOG_NONE ? 0 : open_file (log, 0);
}

static void
note_failure (struct mon_log *log, int error, uint64_t lost)
{
  log->changed = log->changed || error != log->error || lost > 0;
  log->error = error;
  log->lost_entries += lost;
}

static uint64_t
count_lines (const char *bytes, size_t length)
{
  uint64_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += bytes[i] == '\n';
  return count;
}

/* Where the last line of LENGTH bytes ends.  */
static size_t
find_last_end (const char *bytes, size_t length)
{
  while (length > 0 && bytes[length - 1] != '\n')
    length--;
  return length;
}

/* Write the batch. Where the disk is full, whole entries stay and the rest is counted as lost: the
   container goes on.  */
static void
flush (struct mon_log *log)
{
  size_t written = 0;
  int error = 0;
  while (written < batched && error == 0)
    {
      ssize_t result = write (log->fd, batch + written, batched - written);
      if (result > 0)
        written += (size_t)result;
      else if (result == 0 || errno != EINTR)
        error = result == 0 ? EIO : errno;
    }
  size_t kept = written == batched ? batched : find_last_end (batch, written);
  if (kept < written && ftruncate (log->fd, (off_t)(log->size + kept)) < 0)
    kept = written;
  note_failure (log, error, count_lines (batch + kept, batched - kept));
  log->size += kept;
  batched = 0;
}

/* NAME, with .INDEX behind it unless that is 0.  */
static void
name_file (const struct mon_log *log, unsigned index, char name[MON_NAME_SIZE])
{
  struct mon_text text = { .bytes = name, .capacity = MON_NAME_SIZE - 1 };
  mon_add (&text, log->name);
  if (index > 0)
    {
      mon_add (&text, ".");
      mon_add_number (&text, index);
    }
  name[text.length] = '\0';
}

/* Docker's way: LOG.1 becomes LOG.2 and so on, the oldest goes; one file alone begins anew.  */
static void
rotate (struct mon_log *log)
{
  char from[MON_NAME_SIZE], to[MON_NAME_SIZE];
  flush (log);
  for (unsigned i = log->max_files - 1; i > 0; i--)
    {
      name_file (log, i - 1, from);
      name_file (log, i, to);
      renameat (log->directory, from, log->directory, to);
    }
  int old = log->fd;
  int error = open_file (log, log->max_files == 1 ? O_TRUNC : 0);
  if (error == 0)
    close (old);
  else
    {
      log->fd = old;
      name_file (log, 1, from);
      if (log->max_files > 1)
        renameat (log->directory, from, log->directory, log->name);
      note_failure (log, error, 0);
    }
}

static void
describe_end (struct mon_line *line, const char *time)
{
  struct mon_text text = { .bytes = line->end, .capacity = sizeof line->end };
  mon_add (&text, "\\n\",\"stream\":\"");
  mon_add (&text, line->stream);
  mon_add (&text, "\",\"time\":\"");
  mon_add (&text, time);
  mon_add (&text, "\"}\n");
  line->end_length = text.length;
}

static void
write_entry (struct mon_log *log, const struct mon_line *line, const char *bytes, size_t length,
             bool ends)
{
  if (log->max_size > 0 && log->size + batched >= log->max_size)
    rotate (log);
  if (BATCH_SIZE - batched < length * MON_JSON_EXPANSION + ENTRY_OVERHEAD)
    flush (log);
  char *at = batch + batched;
  __builtin_memcpy (at, "{\"log\":\"", 8);
  at = mon_escape (at + 8, bytes, length);
  /* All that there is room for, in a few vectors: what is too much is overwritten. An entry that
     does not end its line has no \n.  */
  size_t skipped = ends ? 0 : 2;
  __builtin_memcpy (at, line->end + skipped, sizeof line->end - 2);
  batched = (size_t)(at - batch) + line->end_length - skipped;
}

static const char *
find_newline (const char *bytes, size_t length)
{
  typedef uint8_t vector __attribute__ ((vector_size (16)));
  size_t at = 0;
  for (; length - at >= 16; at += 16)
    {
      vector v;
      uint64_t halves[2];
      __builtin_memcpy (&v, bytes + at, sizeof v);
      v = (vector)(v == '\n');
      __builtin_memcpy (halves, &v, sizeof halves);
      if ((halves[0] | halves[1]) != 0)
        break;
    }
  for (; at < length; at++)
    if (bytes[at] == '\n')
      return bytes + at;
  return NULL;
}

size_t
mon_write_log (struct mon_log *log, struct mon_line *line, const char *bytes, size_t length,
               bool end)
{
  if (log->fd < 0)
    return length;
  struct timespec now;
  char time[MON_TIME_SIZE];
  clock_gettime (CLOCK_REALTIME, &now);
  mon_format_time (time, now);
  size_t taken = 0;
  bool fresh = false; /* the line's end has this time */
  while (taken < length)
    {
      const char *start = bytes + taken;
      size_t left = length - taken, whole = left < MON_LINE_SIZE ? left : MON_LINE_SIZE;
      const char *newline = find_newline (start, whole);
      if (newline == NULL && left < MON_LINE_SIZE && !end)
        break;
      if (newline != NULL)
        whole = (size_t)(newline - start);
      else if (whole < left || !end)
        whole = mon_whole_characters (start, whole);
      if (!line->partial && !fresh)
        describe_end (line, time);
      fresh = fresh || !line->partial;
      write_entry (log, line, start, whole, newline != NULL);
      line->partial = newline == NULL;
      taken += whole + (newline != NULL);
    }
  if (batched > 0)
    flush (log);
  return taken;
}

void
mon_rest_log (void)
{
  madvise (batch, BATCH_SIZE, MADV_DONTNEED);
}
