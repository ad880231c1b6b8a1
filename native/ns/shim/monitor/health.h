/* The container's health check, by Docker's rules.  */

#ifndef MON_HEALTH_H
#define MON_HEALTH_H

#include "process.h"
#include "text.h"

struct monitor;

#define MON_HEALTH_RESULTS 5
#define MON_HEALTH_OUTPUT 4096

enum mon_health_status
{
  MON_HEALTH_NONE,
  MON_HEALTH_STARTING,
  MON_HEALTHY,
  MON_UNHEALTHY,
};

struct mon_health_result
{
  struct timespec start, end;
  int exit_code; /* -1 where it could not tell */
  size_t length;
  char output[MON_HEALTH_OUTPUT + MON_ESCAPE_SLACK];
};

struct mon_health
{
  enum mon_health_status status;
  uint64_t failing_streak;
  uint64_t began;    /* the run's begin */
  uint64_t next_at;  /* or 0 */
  uint64_t limit_at; /* of the check that runs, or 0 */
  bool timed_out;
  struct mon_process process;
  struct mon_health_result results[MON_HEALTH_RESULTS]; /* the oldest first */
  size_t count;
  struct mon_health_result current;
};

/* The container runs.  */
void mon_begin_health (struct monitor *monitor);
/* It has ended.  */
void mon_end_health (struct monitor *monitor);
void mon_watch_health (struct monitor *monitor);
void mon_tick_health (struct monitor *monitor);

#endif
