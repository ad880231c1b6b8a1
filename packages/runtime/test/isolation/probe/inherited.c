/* Promises 53 to 55: what clone(2) and execve(2) keep of a caller.  */

#include <errno.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

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
judge_limit (const char *name, int resource, rlim_t usual)
{
  struct rlimit limit;
  getrlimit (resource, &limit);
  /* Where the hard limit is lower and cannot be raised, it is the soft one too. */
  if (limit.rlim_cur != (usual < limit.rlim_max ? usual : limit.rlim_max))
    fail ("%s is %ld", name, (long)limit.rlim_cur);
}

static void
check_limits (void)
{
  judge_limit ("file size", RLIMIT_FSIZE, RLIM_INFINITY);
  judge_limit ("address space", RLIMIT_AS, RLIM_INFINITY);
  judge_limit ("data", RLIMIT_DATA, RLIM_INFINITY);
  judge_limit ("CPU time", RLIMIT_CPU, RLIM_INFINITY);
  judge_limit ("processes", RLIMIT_NPROC, RLIM_INFINITY);
  judge_limit ("stack", RLIMIT_STACK, 8 << 20);
  judge_limit ("core", RLIMIT_CORE, 0);
  judge_limit ("open files", RLIMIT_NOFILE, 1024);
  hold ("they are the defaults");
}

const struct check inherited_checks[] = { { 53, "nice", check_nice },
                                          { 53, "scheduling policy", check_policy },
                                          { 53, "I/O priority", check_io_priority },
                                          { 54, "personality", check_personality },
                                          { 55, "resource limits", check_limits },
                                          { 0, NULL, NULL } };
