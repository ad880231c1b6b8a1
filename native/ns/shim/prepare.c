#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "identify.h"
#include "init.h"
#include "launch.h"

static bool
open_pipe (struct ns_launch *launch, int stream)
{
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) < 0)
    return false;
  int ours = ns_above_stdio (ends[stream == 0]);
  int theirs = ns_above_stdio (ends[stream != 0]);
  launch->start->stdio[stream] = ours;
  launch->child.fds.stdio[stream] = theirs;
  return ours >= 0 && theirs >= 0;
}

static bool
open_stdio (struct ns_launch *launch)
{
  for (int i = 0; i < 3; i++)
    {
      int *fd = &launch->child.fds.stdio[i];
      bool opened = true;
      switch ((enum ns_stdio_kind)launch->plan.header->stdio[i].kind)
        {
        case NS_STDIO_NULL:
        /* What Node has there need not be open in the helper, and what opened next would lie where
           the console goes.  */
        case NS_STDIO_CONSOLE:
          *fd = ns_above_stdio (open ("/dev/null", O_RDWR | O_CLOEXEC));
          opened = *fd >= 0;
          break;
        case NS_STDIO_INHERIT:
          *fd = fcntl (launch->plan.header->stdio[i].fd, F_DUPFD_CLOEXEC, 3);
          opened = *fd >= 0;
          break;
        case NS_STDIO_PIPE:
          opened = open_pipe (launch, i);
          break;
        }
      if (!opened)
        {
          ns_fail_start (launch->start, NS_PHASE_STDIO, i, errno);
          return false;
        }
    }
  return true;
}

/* The pidfd of whose namespaces are joined. A second one stands for the user namespace that a step
   enters.  */
static bool
open_target (struct ns_launch *launch)
{
  const struct ns_plan *plan = &launch->plan;
  struct ns_descriptors *fds = &launch->child.fds;
  fds->target = plan->target_pid > 0 ? ns_open_process (plan->target_pid, plan->target_start_ticks)
                                     : fcntl (launch->start->target, F_DUPFD_CLOEXEC, 3);
  bool entered = (plan->header->flags & NS_ENTER_USER) && (plan->target_namespaces & CLONE_NEWUSER);
  if (fds->target >= 0 && entered)
    fds->user_namespace = fcntl (fds->target, F_DUPFD_CLOEXEC, 3);
  if (fds->target < 0 || (entered && fds->user_namespace < 0))
    return ns_fail_start (launch->start, NS_PHASE_OPEN_NAMESPACE, -1, errno), false;
  return true;
}

static bool
open_files (struct ns_launch *launch)
{
  struct ns_plan *plan = &launch->plan;
  struct ns_descriptors *fds = &launch->child.fds;
  bool enters = (plan->header->flags & NS_ENTER_USER) != 0;
  if (plan->target_namespaces != 0 && !open_target (launch))
    return false;
  for (size_t i = 0; i < plan->join_count; i++)
    {
      int *fd
          = enters && plan->joins[i].type == CLONE_NEWUSER ? &fds->user_namespace : &fds->joins[i];
      *fd = ns_above_stdio (open (plan->joins[i].path, O_RDONLY | O_CLOEXEC));
      if (*fd < 0)
        return ns_fail_start (launch->start, NS_PHASE_OPEN_NAMESPACE, (int)i, errno), false;
    }
  for (size_t i = 0; i < plan->cgroup_procs_count; i++)
    {
      fds->cgroup_procs[i] = ns_above_stdio (open (plan->cgroup_procs[i], O_WRONLY | O_CLOEXEC));
      if (fds->cgroup_procs[i] < 0)
        return ns_fail_start (launch->start, NS_PHASE_OPEN_CGROUP, (int)i, errno), false;
    }
  if (plan->cgroup != NULL)
    {
      fds->cgroup = ns_above_stdio (open (plan->cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (fds->cgroup < 0)
        return ns_fail_start (launch->start, NS_PHASE_OPEN_CGROUP, -1, errno), false;
    }
  return true;
}

static bool
open_channel (struct ns_launch *launch)
{
  int ends[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return ns_fail_start (launch->start, NS_PHASE_CHANNEL, -1, errno), false;
  launch->start->report = ns_above_stdio (ends[0]);
  launch->child.fds.report = ns_above_stdio (ends[1]);
  if (launch->start->report < 0 || launch->child.fds.report < 0)
    return ns_fail_start (launch->start, NS_PHASE_CHANNEL, -1, errno), false;
  return true;
}

/* The plan for the helper, which has no other way to get at it.  */
static bool
write_handoff (struct ns_launch *launch)
{
  char head[NS_HANDOFF_SIZE] = { 0 };
  struct ns_descriptors *fds = &launch->child.fds;
  fds->plan = ns_make_memfd ("dockher-plan", 0);
  memcpy (head, fds, sizeof *fds);
  if (fds->plan < 0 || !ns_write_all (fds->plan, head, sizeof head)
      || !ns_write_all (fds->plan, launch->start->bytes, launch->start->length))
    return ns_fail_start (launch->start, NS_PHASE_CHANNEL, -1, errno), false;
  return true;
}

bool
ns_prepare_child (struct ns_launch *launch)
{
  bool own = (launch->plan.header->flags & NS_OWN_MEMORY) != 0;
  return open_files (launch) && open_channel (launch) && open_stdio (launch)
         && (!own || write_handoff (launch));
}

void
ns_close_child_ends (struct ns_descriptors *fds)
{
  fds->image = -1; /* kept for the next start */
  int *all = (int *)fds;
  for (size_t i = 0; i < sizeof *fds / sizeof (int); i++)
    ns_close_fd (&all[i]);
}
