/* The container's log in the format of Docker's json-file driver: one JSON object a line,

     {"log":"text\n","stream":"stdout","time":"2006-01-02T15:04:05.999999999Z"}

   without the \n where a line of more than 16 KiB goes on in the next entry, or never ended.  */

#ifndef MON_LOG_H
#define MON_LOG_H

#include "settings.h"
#include "text.h"

/* The most that one entry holds.  */
#define MON_LINE_SIZE (16 * 1024)

/* Room for \n","stream":"stdout","time":"..."} and what a copy of whole vectors takes.  */
#define MON_LOG_END 96

struct mon_log
{
  int directory;
  const char *name; /* in it; a rotated file has .1 behind it, an older one .2 */
  int fd;           /* or -1: no log is kept */
  uint64_t max_size;
  unsigned max_files;
  uint64_t size;         /* of the file, bytes */
  int error;             /* errno of the last write where it failed, else 0 */
  uint64_t lost_entries; /* since the monitor started */
  bool changed;          /* error or lost_entries, since somebody cleared this */
};

/* One of the container's streams on its way into the log.  */
struct mon_line
{
  const char *stream; /* "stdout" */
  bool partial;       /* the last entry did not end its line */
  /* What ends an entry, with the time of the first entry of its line, which its others share.  */
  char end[MON_LOG_END];
  size_t end_length;
};

/* Open the log, to be gone on with. Returns 0 or an errno.  */
int mon_open_log (struct mon_log *log, int directory, const struct mon_settings *settings);

/* Write what is complete in the LENGTH bytes at BYTES: lines, and what is longer than an entry; at
   the END of the stream all of it. Returns how many bytes were taken.  */
size_t mon_write_log (struct mon_log *log, struct mon_line *line, const char *bytes, size_t length,
                      bool end);

/* Give back the memory that writing needs.  */
void mon_rest_log (void);

#endif
