/* What clone(2) and execve(2) keep of the caller, and a container must not have: what would give it
   more than any process has by default. What gives it less (nice(1), taskset(1), ionice(1)) stays.
 */

#include <asm/errno.h>
#include <linux/ioprio.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>

#include "child.h"
#include "syscall.h"

#define NS_QUERY_PERSONALITY 0xffffffffUL
#define NS_NICE_ZERO 20 /* getpriority(2): the kernel gives 20 - nice */

/* A hostile program in real time takes its processor from everybody else.  */
static long
leave_real_time (void)
{
  const int no_priority = 0;
  long policy = ns_syscall (__NR_sched_getscheduler, 0);
  if (policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE)
    return ns_syscall (__NR_sched_setscheduler, 0, SCHED_NORMAL, &no_priority);
  return policy < 0 ? policy : 0;
}

static long
leave_high_priority (void)
{
  long priority = ns_syscall (__NR_getpriority, PRIO_PROCESS, 0);
  return priority > NS_NICE_ZERO ? ns_syscall (__NR_setpriority, PRIO_PROCESS, 0, 0) : priority;
}

static long
leave_real_time_io (void)
{
  long priority = ns_syscall (__NR_ioprio_get, IOPRIO_WHO_PROCESS, 0);
  if (priority == -ENOSYS) /* CONFIG_BLOCK is not set: there are none */
    return 0;
  return priority > 0 && IOPRIO_PRIO_CLASS (priority) == IOPRIO_CLASS_RT
             ? ns_syscall (__NR_ioprio_set, IOPRIO_WHO_PROCESS, 0, 0)
             : priority;
}

/* ADDR_NO_RANDOMIZE and READ_IMPLIES_EXEC make every bug in the program easier to use.  */
static long
leave_personality (void)
{
  long persona = ns_syscall (__NR_personality, NS_QUERY_PERSONALITY);
  return persona > 0 ? ns_syscall (__NR_personality, PER_LINUX) : persona;
}

/* With SECBIT_NO_SETUID_FIXUP, a root program that becomes another user keeps its capabilities. */
static long
clear_securebits (void)
{
  long bits = ns_syscall (__NR_prctl, PR_GET_SECUREBITS);
  return bits > 0 ? ns_syscall (__NR_prctl, PR_SET_SECUREBITS, 0) : bits;
}

int
ns_leave_inheritance (void)
{
  long error = leave_real_time ();
  if (error >= 0)
    error = leave_high_priority ();
  if (error >= 0)
    error = leave_real_time_io ();
  if (error >= 0)
    error = leave_personality ();
  if (error >= 0)
    error = clear_securebits ();
  return error < 0 ? (int)error : 0;
}
