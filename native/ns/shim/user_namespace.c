/* A user namespace that is there before the container's process, which does its mounts outside of
   it and enters it last: only so can mounts be mapped to it (mount_setattr(2), MOUNT_ATTR_IDMAP),
   and none of them is the container's to change. A child that does nothing makes it, together with
   the namespaces that are to belong to it, and descriptors keep them all.  */

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"
#include "syscall.h"

/* Shares our memory, so it makes bare system calls only (see syscall.h). PARENT is our pid.  */
static void
hold_namespaces (void *parent)
{
  if (ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, SIGKILL) < 0
      || ns_syscall (__NR_getppid) != (long)(intptr_t)parent)
    ns_exit (1);
  for (;;)
    ns_syscall (__NR_ppoll, NULL, 0, NULL, NULL, 0);
}

static int
open_namespace (int pid, const char *name)
{
  char path[NS_PROCESS_PATH_SIZE];
  ns_format_process_path (path, pid, name);
  return ns_above_stdio (open (path, O_RDONLY | O_CLOEXEC));
}

static bool
open_namespaces (struct ns_launch *launch, int pid)
{
  static const struct
  {
    uint64_t type;
    const char *name;
  } owned[NS_OWNED_NAMESPACES]
      = { { CLONE_NEWNET, "ns/net" }, { CLONE_NEWIPC, "ns/ipc" }, { CLONE_NEWUTS, "ns/uts" } };
  struct ns_descriptors *fds = &launch->child.fds;
  uint64_t types = ns_owned_namespaces (launch->plan.header);
  bool opened = (fds->user_namespace = open_namespace (pid, "ns/user")) >= 0;
  for (size_t i = 0; opened && i < NS_OWNED_NAMESPACES; i++)
    if (types & owned[i].type)
      opened = (fds->owned_namespaces[i] = open_namespace (pid, owned[i].name)) >= 0;
  if (!opened)
    ns_fail_start (launch->start, NS_PHASE_USER_NAMESPACE, -1, errno);
  return opened;
}

bool
ns_make_user_namespace (struct ns_launch *launch, struct ns_thread_memory *memory)
{
  struct ns_start *start = launch->start;
  uint64_t types = ns_owned_namespaces (launch->plan.header);
  if (types == 0)
    return true;
  struct clone_args args = { .flags = CLONE_VM | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | types,
                             .pidfd = (uintptr_t)&launch->holder,
                             .exit_signal = SIGCHLD };
  long pid = ns_clone_on_stack (&args, &memory->holder_stack, hold_namespaces,
                                (void *)(intptr_t)getpid ());
  if (pid < 0)
    return ns_fail_start (start, NS_PHASE_USER_NAMESPACE, -1, (int)-pid), false;
  bool made
      = ns_write_id_maps (start, &launch->plan, (int)pid) && open_namespaces (launch, (int)pid);
  /* Who lives on would be waited for without end; its pid is its own until then.  */
  if (syscall (SYS_pidfd_send_signal, launch->holder, SIGKILL, NULL, 0) < 0)
    kill ((pid_t)pid, SIGKILL);
  return made;
}

/* Only once the container's process is made: until then there is better to do than to wait.  */
void
ns_bury_holder (struct ns_launch *launch)
{
  if (launch->holder < 0)
    return;
  ns_reap (launch->holder);
  ns_close_fd (&launch->holder);
}
