#include "loop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>

#include "process.h"

#define MOST_WATCHED 4096
#define FULL_RETRY 10 /* milliseconds */

static struct pollfd polled[MOST_WATCHED];
static struct
{
  mon_handler *handle;
  void *subject;
} watchers[MOST_WATCHED];
static size_t count;
static uint64_t wake;

void
mon_begin_turn (void)
{
  count = 0;
  wake = 0;
}

void
mon_watch (int fd, short events, mon_handler *handle, void *subject)
{
  if (count == MOST_WATCHED)
    {
      mon_wake_at (mon_now () + FULL_RETRY);
      return;
    }
  polled[count] = (struct pollfd){ .fd = fd, .events = events };
  watchers[count].handle = handle;
  watchers[count].subject = subject;
  count++;
}

void
mon_wake_at (uint64_t deadline)
{
  if (deadline != 0 && (wake == 0 || deadline < wake))
    wake = deadline;
}

void
mon_end_turn (struct monitor *monitor)
{
  uint64_t now = wake == 0 ? 0 : mon_now ();
  uint64_t left = wake > now ? wake - now : 0;
  struct timespec timeout
      = { .tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000 };
  if (ppoll (polled, count, wake == 0 ? NULL : &timeout, NULL) <= 0)
    return;
  for (size_t i = 0; i < count; i++)
    if (polled[i].revents != 0)
      watchers[i].handle (monitor, watchers[i].subject, polled[i].revents);
}
