/* The way of a start that may not share Node's memory: because it enters a running container,
   because it is parked, or because its parent must write id maps meanwhile. The start thread runs
   this static program at once; it joins namespaces, clones the container's first process as a
   child of Node (CLONE_PARENT), says so and ends. Nothing of Node is in its memory, and its
   /proc/N/exe is a sealed memfd.  */

#include "init.h"

#include <asm/errno.h>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "child.h"
#include "report.h"
#include "syscall.h"

#define NS_PROT_READ 1
#define NS_PROT_WRITE 2
#define NS_MAP_PRIVATE 2
#define NS_MAP_ANONYMOUS 0x20
#define NS_SEEK_END 2
#define NS_SIGKILL 9

_Static_assert (sizeof (struct ns_descriptors) <= NS_HANDOFF_SIZE, "the handoff is too small");
_Static_assert (NS_HANDOFF_SIZE % 8 == 0, "a plan is 8-byte aligned");

static bool
is_address (long result)
{
  return result < -4095 || result > 0;
}

static void
check (const struct ns_child *child, int phase, long result)
{
  if (result < 0)
    ns_fail (child, phase, -1, (int)result, 0);
}

/* Map and decode the handoff. CHILD knows its report socket already.  */
static void
take_handoff (int fd, struct ns_child *child, struct ns_plan *plan)
{
  long size = ns_syscall (__NR_lseek, fd, 0, NS_SEEK_END);
  long base = ns_syscall (__NR_mmap, NULL, size, NS_PROT_READ, NS_MAP_PRIVATE, fd, 0);
  check (child, NS_PHASE_HANDOFF, size);
  check (child, NS_PHASE_HANDOFF, is_address (base) ? 0 : base);
  check (child, NS_PHASE_HANDOFF, size <= NS_HANDOFF_SIZE ? -EINVAL : 0);
  const char *bytes = (const char *)base;
  child->fds = *(const struct ns_descriptors *)(const void *)bytes;
  check (child, NS_PHASE_DESCRIPTORS, ns_syscall (__NR_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC));

  size_t needed = ns_check_plan (bytes + NS_HANDOFF_SIZE, (size_t)size - NS_HANDOFF_SIZE);
  long memory = ns_syscall (__NR_mmap, NULL, needed, NS_PROT_READ | NS_PROT_WRITE,
                            NS_MAP_PRIVATE | NS_MAP_ANONYMOUS, -1, 0);
  if (needed == 0 || !is_address (memory))
    ns_fail (child, needed == 0 ? NS_PHASE_DECODE : NS_PHASE_HANDOFF, -1,
             needed == 0 ? -EINVAL : (int)memory, 0);
  ns_decode_plan (bytes + NS_HANDOFF_SIZE, (void *)memory, plan);
  child->plan = plan;
}

void
ns_run_helper (int fd, int socket)
{
  struct ns_plan plan;
  struct ns_child child = { .fd_directory = -1, .null_device = -1, .parent = -1 };
  for (size_t i = 0; i < NS_MAX_SLOTS; i++)
    child.slots[i] = -1;
  child.fds.report = socket;
  take_handoff (fd, &child, &plan);
  check (&child, NS_PHASE_PARENT_GONE, ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, NS_SIGKILL));

  /* Who is not dumpable does not own its files in /proc.  */
  ns_set_oom_score (&child);
  if (plan.join_count > 0 || plan.target_namespaces != 0)
    {
      /* What runs in there already may not trace us, nor read our descriptors (CVE-2016-9962).  */
      check (&child, NS_PHASE_MEMORY, ns_syscall (__NR_prctl, PR_SET_DUMPABLE, 0));
      /* From inside a cgroup namespace nobody moves between what lies in it and what does not
         (cgroups(7), nsdelegate), so it is the child's to join, once it is in its cgroup.  */
      ns_join_namespaces (&child, ~(uint64_t)CLONE_NEWCGROUP);
    }

  int pidfd = -1;
  uint64_t flags = ns_cloned_namespaces (plan.header) | CLONE_PARENT | CLONE_PIDFD
                   | CLONE_CLEAR_SIGHAND | (child.fds.cgroup >= 0 ? CLONE_INTO_CGROUP : 0);
  struct clone_args args = { .flags = flags,
                             .pidfd = (uint64_t)(uintptr_t)&pidfd,
                             .cgroup = child.fds.cgroup >= 0 ? (__u64)child.fds.cgroup : 0 };
  long pid = ns_syscall (__NR_clone3, &args, sizeof args);
  if (pid == 0)
    ns_run_child (&child);
  check (&child, NS_PHASE_CLONE, pid);
  const struct ns_report named = { .kind = NS_REPORT_CHILD, .pid = (int32_t)pid };
  int error = ns_send_report (child.fds.report, &named, pidfd);
  if (error == 0)
    ns_exit (0);
  /* The child is nobody's now; our parent can still reap it.  */
  ns_syscall (__NR_kill, pid, NS_SIGKILL);
  const struct ns_report failure = { .kind = NS_REPORT_FAILED,
                                     .phase = NS_PHASE_CHANNEL,
                                     .index = -1,
                                     .error = -error,
                                     .pid = (int32_t)pid };
  ns_send_report (child.fds.report, &failure, -1);
  ns_exit (1);
}
