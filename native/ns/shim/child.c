#include "child.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "report.h"
#include "syscall.h"

#define NS_SIGKILL 9
#define NS_SIGSTOP 19
#define NS_LAST_SIGNAL 64
#define NS_SIG_SETMASK 2
#define NS_SIGNAL_SET_SIZE 8

/* Where the init finds the report socket.  */
#define NS_INIT_REPORT 3

void
ns_fail (const struct ns_child *child, int phase, int index, int error, int detail)
{
  const struct ns_report report = { .kind = NS_REPORT_FAILED,
                                    .phase = (uint32_t)phase,
                                    .index = index,
                                    .error = -error,
                                    .detail = (uint32_t)detail };
  ns_send_report (child->fds.report, &report, -1);
  ns_exit (1);
}

static void
insert_sorted (int *sorted, size_t *count, int fd)
{
  if (fd < 0)
    return;
  size_t at = (*count)++;
  for (; at > 0 && sorted[at - 1] > fd; at--)
    sorted[at] = sorted[at - 1];
  sorted[at] = fd;
}

int
ns_close_others (const struct ns_descriptors *fds)
{
  const int *all = (const int *)fds;
  int kept[sizeof *fds / sizeof (int)];
  size_t count = 0;
  for (size_t i = 0; i < sizeof *fds / sizeof (int); i++)
    insert_sorted (kept, &count, all[i]);

  unsigned first = 3;
  for (size_t i = 0; i < count; i++)
    {
      unsigned fd = (unsigned)kept[i];
      long error = fd > first ? ns_syscall (__NR_close_range, first, fd - 1, 0) : 0;
      if (error < 0)
        return (int)error;
      first = fd + 1;
    }
  return (int)ns_syscall (__NR_close_range, first, ~0u, 0);
}

/* Again after each change of credentials, which clears it; and the parent may have gone before.  */
static void
die_with_parent (const struct ns_child *child)
{
  long error = ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, NS_SIGKILL);
  if (error == 0)
    error = ns_check_parent (child->fds.report);
  if (error < 0)
    ns_fail (child, NS_PHASE_PARENT_GONE, -1, (int)error, 0);
}

/* Node ignores SIGPIPE and SIGXFSZ, and exec keeps that.  */
static void
reset_signals (const struct ns_child *child)
{
  const long default_action[4] = { 0 };
  for (int signal = 1; signal <= NS_LAST_SIGNAL; signal++)
    {
      if (signal == NS_SIGKILL || signal == NS_SIGSTOP)
        continue;
      long error = ns_syscall (__NR_rt_sigaction, signal, default_action, NULL, NS_SIGNAL_SET_SIZE);
      if (error < 0)
        ns_fail (child, NS_PHASE_SIGNALS, -1, (int)error, 0);
    }
}

static void
unblock_signals (const struct ns_child *child)
{
  const uint64_t none = 0;
  long error = ns_syscall (__NR_rt_sigprocmask, NS_SIG_SETMASK, &none, NULL, NS_SIGNAL_SET_SIZE);
  if (error < 0)
    ns_fail (child, NS_PHASE_SIGNALS, -1, (int)error, 0);
}

/* Whoever may signal us later may not look into Node's memory until exec.  */
static void
close_memory (const struct ns_child *child)
{
  long error = ns_syscall (__NR_prctl, PR_SET_DUMPABLE, 0);
  if (error < 0)
    ns_fail (child, NS_PHASE_MEMORY, -1, (int)error, 0);
}

static void
wait_for_release (const struct ns_child *child)
{
  char byte;
  long got;
  do
    got = ns_syscall (__NR_recvfrom, child->fds.report, &byte, 1, 0, NULL, NULL);
  while (got == -EINTR);
  if (got != 1)
    ns_fail (child, NS_PHASE_PARENT_GONE, -1, (int)(got < 0 ? got : -ESRCH), 0);
}

/* "0" is the writer itself. On cgroup v1 there is no CLONE_INTO_CGROUP.  */
static void
join_cgroups (struct ns_child *child)
{
  for (size_t i = 0; i < child->plan->cgroup_procs_count; i++)
    {
      long written = ns_syscall (__NR_write, child->fds.cgroup_procs[i], "0", 1);
      if (written < 0)
        ns_fail (child, NS_PHASE_JOIN_CGROUP, (int)i, (int)written, 0);
      ns_close (child->fds.cgroup_procs[i]);
    }
}

void
ns_set_oom_score (const struct ns_child *child)
{
  const char *score = child->plan->oom_score_adj;
  int error = score == NULL ? 0 : ns_write_proc_file ("self/oom_score_adj", score);
  if (error < 0)
    ns_fail (child, NS_PHASE_OOM_SCORE, -1, error, 0);
}

/* A user namespace that a step enters has no descriptor among these.  */
void
ns_join_namespaces (struct ns_child *child, uint64_t types)
{
  const struct ns_plan *plan = child->plan;
  uint64_t now = types & ~child->joined;
  uint64_t entered = plan->header->flags & NS_ENTER_USER ? CLONE_NEWUSER : 0;
  uint64_t of_target = plan->target_namespaces & now & ~entered;
  child->joined |= types;
  if (of_target != 0)
    {
      /* A pidfd needs Linux 5.8.  */
      long error = ns_syscall (__NR_setns, child->fds.target, of_target);
      if (error < 0)
        ns_fail (child, NS_PHASE_JOIN_NAMESPACE, -1, (int)error, 0);
    }
  for (size_t i = 0; i < plan->join_count; i++)
    {
      if (child->fds.joins[i] < 0 || !(plan->joins[i].type & now))
        continue;
      long error = ns_syscall (__NR_setns, child->fds.joins[i], child->plan->joins[i].type);
      if (error < 0)
        ns_fail (child, NS_PHASE_JOIN_NAMESPACE, (int)i, (int)error, 0);
      ns_close (child->fds.joins[i]);
      child->fds.joins[i] = -1;
    }
}

/* Those of a user namespace that is entered later.  */
static void
join_owned_namespaces (const struct ns_child *child)
{
  for (size_t i = 0; i < NS_OWNED_NAMESPACES; i++)
    {
      if (child->fds.owned_namespaces[i] < 0)
        continue;
      long error = ns_syscall (__NR_setns, child->fds.owned_namespaces[i], 0);
      if (error < 0)
        ns_fail (child, NS_PHASE_USER_NAMESPACE, -1, (int)error, 0);
      ns_close (child->fds.owned_namespaces[i]);
    }
}

/* So that the program can open /dev/stdout again under its own uid.  */
static long
give_pipe (const struct ns_child *child, int stream)
{
  const struct ns_header *header = child->plan->header;
  if (!(header->flags & NS_CHOWN_STDIO) || header->stdio[stream].kind != NS_STDIO_PIPE)
    return 0;
  return ns_syscall (__NR_fchown, child->fds.stdio[stream], header->stdio_uid, header->stdio_gid);
}

static void
take_stdio (struct ns_child *child)
{
  for (int i = 0; i < 3; i++)
    {
      if (child->fds.stdio[i] < 0)
        continue;
      long error = give_pipe (child, i);
      if (error == 0)
        error = ns_syscall (__NR_dup3, child->fds.stdio[i], i, 0);
      if (error < 0)
        ns_fail (child, NS_PHASE_STDIO, i, (int)error, 0);
    }
}

/* Without one of its own the program would hold the keys of the caller's session. Where keyctl is
   not there at all, in this kernel or by a filter around us, the program cannot use it either.  */
static void
leave_keyring (const struct ns_child *child)
{
  long error = ns_syscall (__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  if (error < 0 && error != -ENOSYS && error != -EPERM)
    ns_fail (child, NS_PHASE_KEYRING, -1, (int)error, 0);
}

static int
run_step (struct ns_child *child, const struct ns_step *step)
{
  switch ((enum ns_op)step->op)
    {
    case NS_MOUNT:
      return ns_mount (child, step);
    case NS_OPEN_TREE:
      return ns_open_tree (child, step);
    case NS_CREATE_MOUNT:
      return ns_create_mount (child, step);
    case NS_MOUNT_ATTRIBUTES:
      return ns_mount_attributes (child, step);
    case NS_MOVE_MOUNT:
      return ns_move_mount (child, step);
    case NS_MKDIR:
      return ns_mkdir (child, step);
    case NS_MKNOD:
      return ns_mknod (child, step);
    case NS_SYMLINK:
      return ns_symlink (child, step);
    case NS_CHMOD:
      return ns_chmod (child, step);
    case NS_CHOWN:
      return ns_chown (child, step);
    case NS_PIVOT_ROOT:
      return ns_pivot_root (child, step);
    case NS_MASK:
      return ns_mask (child, step);
    case NS_READ_ONLY:
      return ns_read_only (child, step);
    case NS_HOSTNAME:
      return ns_set_hostname (step);
    case NS_DOMAINNAME:
      return ns_set_domainname (step);
    case NS_WRITE_PROC:
      return ns_write_proc (step);
    case NS_LOOPBACK_UP:
      return ns_raise_loopback ();
    case NS_CONSOLE:
      return ns_open_console (child, step);
    case NS_RLIMIT:
      return ns_limit (step);
    case NS_BOUNDING:
      return ns_drop_bounding (step);
    case NS_GROUPS:
      return ns_set_groups (step);
    case NS_GID:
      return ns_set_gid (step);
    case NS_UID:
      return ns_set_uid (step);
    case NS_CAPABILITIES:
      return ns_set_capabilities (step);
    case NS_NO_NEW_PRIVILEGES:
      return ns_set_no_new_privileges ();
    case NS_SECCOMP:
      return ns_install_seccomp (step);
    case NS_CHDIR:
      return ns_chdir (child, step);
    case NS_FILE_OWNER:
      return ns_set_file_owner (step);
    case NS_ENTER_USER_NAMESPACE:
      return ns_enter_user_namespace (child);
    default:
      return -ENOSYS;
    }
}

/* "(unreachable)" is what getcwd(2) says of a directory outside the root (CVE-2024-21626).  */
static void
check_working_directory (struct ns_child *child)
{
  char path[4096];
  long got = child->in_fd_directory ? ns_syscall (__NR_chdir, "/") : 0;
  if (got == 0)
    got = ns_syscall (__NR_getcwd, path, sizeof path);
  if (got < 0 || path[0] != '/')
    ns_fail (child, NS_PHASE_WORKING_DIRECTORY, -1, got < 0 ? (int)got : -ENOENT, 0);
}

/* Everything that a seccomp filter might forbid.  */
static void
settle (struct ns_child *child)
{
  const struct ns_report report = { .kind = NS_REPORT_EXECUTING };
  check_working_directory (child);
  ns_syscall (__NR_umask, child->plan->header->umask);
  die_with_parent (child);
  unblock_signals (child);
  int error = ns_send_report (child->fds.report, &report, -1);
  if (error < 0)
    ns_fail (child, NS_PHASE_CHANNEL, -1, error, 0);
}

static void
run_steps (struct ns_child *child)
{
  size_t count = child->plan->step_count;
  bool filters = count > 0 && child->plan->steps[count - 1].op == NS_SECCOMP;
  for (size_t i = 0; i < count; i++)
    {
      if (filters && i == count - 1)
        settle (child);
      int error = run_step (child, &child->plan->steps[i]);
      if (error < 0)
        ns_fail (child, NS_PHASE_STEP, (int)i, error, 0);
    }
  if (!filters)
    settle (child);
}

/* The init takes the report socket along, to say whether its own exec succeeded.  */
static int
execute_init (struct ns_child *child)
{
  const char **argv = child->plan->argv - NS_ARGV_PREFIX;
  long image = child->fds.image;
  argv[0] = "dockher-init";
  argv[1] = "--";
  if (image == NS_INIT_REPORT)
    image = ns_syscall (__NR_fcntl, image, F_DUPFD_CLOEXEC, NS_INIT_REPORT + 1);
  long error = child->fds.report == NS_INIT_REPORT
                   ? ns_syscall (__NR_fcntl, NS_INIT_REPORT, F_SETFD, 0)
                   : ns_syscall (__NR_dup3, child->fds.report, NS_INIT_REPORT, 0);
  if (image < 0 || error < 0)
    return (int)(image < 0 ? image : error);
  return (int)ns_syscall (__NR_execveat, image, "", argv, child->plan->envp, AT_EMPTY_PATH);
}

void
ns_run_child (struct ns_child *child)
{
  const struct ns_header *header = child->plan->header;
  die_with_parent (child);
  reset_signals (child);
  int inherited = ns_leave_inheritance ();
  if (inherited < 0)
    ns_fail (child, NS_PHASE_INHERITANCE, -1, inherited, 0);
  if (header->flags & NS_OWN_MEMORY)
    wait_for_release (child);
  else
    {
      ns_set_oom_score (child);
      close_memory (child);
    }
  join_cgroups (child);
  ns_join_namespaces (child, ~(uint64_t)0);
  join_owned_namespaces (child);
  if (header->namespaces & CLONE_NEWCGROUP)
    {
      /* Its root is the cgroup we are in, so not before we are there.  */
      long error = ns_syscall (__NR_unshare, CLONE_NEWCGROUP);
      if (error < 0)
        ns_fail (child, NS_PHASE_CGROUP_NAMESPACE, -1, (int)error, 0);
    }
  long session = ns_syscall (__NR_setsid);
  if (session < 0)
    ns_fail (child, NS_PHASE_SESSION, -1, (int)session, 0);
  leave_keyring (child);
  take_stdio (child);
  ns_syscall (__NR_umask, 0);

  run_steps (child);

  int detail = NS_EXEC_PLAIN;
  if (header->flags & NS_INIT)
    ns_fail (child, NS_PHASE_OPEN_INIT, -1, execute_init (child), detail);
  int error = ns_exec (child->plan->argv, child->plan->envp, &detail);
  ns_fail (child, NS_PHASE_EXEC, -1, error, detail);
}
