/* Promises 53 to 55: what clone(2) and execve(2) keep of a caller.  */

#include <errno.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../host/limits.h"
#include "probe.h"

static void
check_nice (void)
{
  int nice = getpriority (PRIO_PROCESS, 0);
  if (nice < 0)
    fail ("it is %d", nice);
  hold ("it is %d", nice);
}

static void
check_policy (void)
{
  int policy = sched_getscheduler (0);
  if (policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE)
    fail ("it is real-time: %d", policy);
  hold ("it is %d", policy);
}

static void
check_io_priority (void)
{
  long class = syscall (SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0) >> IOPRIO_CLASS_SHIFT;
  if (class == IOPRIO_CLASS_RT)
    fail ("it is real-time");
  hold ("its class is %ld", class);
}

static void
check_personality (void)
{
  int persona = personality (0xffffffff);
  if (persona > 0)
    fail ("it is %#x", persona);
  hold ("it is the default");
}

static void
check_limits (void)
{
  struct rlimit limit;
  for (size_t i = 0; i < sizeof caller_limits / sizeof caller_limits[0]; i++)
    if (getrlimit (caller_limits[i].resource, &limit) == 0
        && limit.rlim_cur == caller_limits[i].soft)
      fail ("that of %s is the caller's", caller_limits[i].name);
  hold ("none is the caller's");
}

const struct check inherited_checks[] = { { 53, "nice", check_nice },
                                          { 53, "scheduling policy", check_policy },
                                          { 53, "I/O priority", check_io_priority },
                                          { 54, "personality", check_personality },
                                          { 55, "resource limits", check_limits },
                                          { 0, NULL, NULL } };
