/* The journal that tells what happens to containers: a log in Docker's format that many processes
   append to, each entry by one write. What happened has happened: one that cannot be written is no
   reason to fail.  */

#ifndef MON_JOURNAL_H
#define MON_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct monitor;

/* Docker's longest name, and its ids of commands.  */
#define MON_LONGEST_NAME 128
#define MON_EXEC_ID 64

/* What is told once state.json says so.  */
enum mon_news
{
  MON_NEWS_START = 1,
  MON_NEWS_HEALTH = 2,
  MON_NEWS_OOM = 4,
  MON_NEWS_DIE = 8,
};

struct mon_journal
{
  char name[MON_LONGEST_NAME + 1]; /* of the container, now */
  unsigned news;                   /* enum mon_news */
};

/* Call the container by the LENGTH bytes at NAME from now on. Returns 0 or an errno.  */
int mon_name_container (struct monitor *monitor, const char *name, size_t length);
/* Whether the LENGTH bytes at TEXT need no escape in a journal, and so can be a name or an id.  */
bool mon_is_plain (const char *text, size_t length);

void mon_tell_news (struct monitor *monitor);
void mon_tell_signal (const struct monitor *monitor, int signal);
void mon_tell_resize (const struct monitor *monitor, unsigned rows, unsigned columns);
/* The command with this id has ended.  */
void mon_tell_exec_end (const struct monitor *monitor, const char id[MON_EXEC_ID], int code);

#endif
