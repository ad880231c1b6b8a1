/* The container's runs: started, its output read, ended, started again as its policy says.  */

#ifndef MON_CONTAINER_H
#define MON_CONTAINER_H

#include "log.h"
#include "process.h"

struct monitor;

enum mon_phase
{
  MON_CONTAINER_STARTING,
  MON_CONTAINER_RUNNING,
  MON_CONTAINER_DRAINING,   /* its init has ended; its last output is read */
  MON_CONTAINER_RESTARTING, /* waits for its next start */
  MON_CONTAINER_ENDED,      /* for good */
};

/* One of stdout and stderr. Bytes of a line that has not ended stay in front of the buffer.  */
struct mon_output
{
  struct mon_line line;
  char *buffer;
  size_t length;
  uint64_t quiet_until; /* a terminal that nobody has open; 0 otherwise */
};

struct mon_container
{
  enum mon_phase phase;
  struct mon_process process;
  struct mon_process last; /* the run before, until this one has begun */
  struct mon_output outputs[2];
  uint64_t oom_before; /* the counter when this run began */
  uint64_t oom_told;   /* what of it the journal knows */
  bool oom_killed;
  uint64_t restart_count;
  uint64_t backoff;     /* milliseconds, 0 before the first restart */
  uint64_t restart_at;  /* or 0 */
  uint64_t kill_at;     /* the end of a stop's patience, or 0 */
  uint64_t thaw_at;     /* it was killed, and may be frozen: when to look again, or 0 */
  uint64_t drain_until; /* or 0 */
  bool stay_down;       /* somebody stopped it */
};

void mon_start_container (struct monitor *monitor);
/* Stop it for good: SIGNAL now, SIGKILL after TIMEOUT milliseconds unless that is negative.  */
void mon_stop_container (struct monitor *monitor, int signal, int64_t timeout);
/* Returns 0 or an errno. Against SIGKILL nothing helps it, nor that somebody freezes it meanwhile.
 */
int mon_signal_container (struct monitor *monitor, int signal);
void mon_watch_container (struct monitor *monitor);
void mon_tick_container (struct monitor *monitor);
/* Give back the memory of buffers that hold nothing.  */
void mon_rest_container (struct monitor *monitor);

#endif
