/* What the monitor tells its caller, once, on the socket that it got from it. src/monitor/start.ts
   reads it.  */

#ifndef MON_ANSWER_H
#define MON_ANSWER_H

#include "frame.h"

enum mon_verdict
{
  MON_VERDICT_STARTED = 1,
  MON_VERDICT_FAILED, /* the container did not start: enum ns_phase */
  MON_VERDICT_UNABLE, /* nor could the monitor: enum mon_obstacle as phase */
};

enum mon_obstacle
{
  MON_BAD_SETTINGS = 1,
  MON_NO_DIRECTORY,
  MON_NO_LOCK, /* EAGAIN: another monitor has it */
  MON_NO_SOCKET,
  MON_NO_LOG,
  MON_NO_CGROUP, /* index: which */
  MON_NO_STATE,
  MON_NO_PROCESS,
};

struct mon_answer
{
  uint32_t verdict;
  int32_t pid;     /* of the container's init */
  int32_t monitor; /* pid */
  struct mon_refusal failure;
};

#endif
