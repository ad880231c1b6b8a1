#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "init.h"
#include "syscall.h"
#include "text.h"

#define NS_STACK_SIZE (128 * 1024)
#define NS_GUARD_SIZE (64 * 1024) /* the largest page of any aarch64 kernel */

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* Whether a child may look into Node's memory is a property of that memory, so of the process and
   not of a thread or an environment: a child clears PR_SET_DUMPABLE before it takes the
   container's identity, and the last one to leave the memory restores it.  */
static pthread_mutex_t sharing_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned sharing_count;
static int dumpable_before;

static void
begin_sharing (void)
{
  pthread_mutex_lock (&sharing_lock);
  if (sharing_count++ == 0)
    dumpable_before = prctl (PR_GET_DUMPABLE);
  pthread_mutex_unlock (&sharing_lock);
}

static void
end_sharing (void)
{
  pthread_mutex_lock (&sharing_lock);
  if (--sharing_count == 0 && dumpable_before == 1)
    prctl (PR_SET_DUMPABLE, 1);
  pthread_mutex_unlock (&sharing_lock);
}

/* What ns_run_start holds while the child is made.  */
struct ns_launch
{
  struct ns_start *start;
  struct ns_plan plan;
  struct ns_child child; /* descriptors: the child's ends */
};

static void
fail (struct ns_start *start, enum ns_phase phase, int index, int error)
{
  start->outcome = NS_FAILED;
  start->failure = (struct ns_report){
    .kind = NS_REPORT_FAILED, .phase = phase, .index = index, .error = error
  };
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* The child's 0 to 2 are taken last, so none of what it needs may lie there.  */
static int
above_stdio (int fd)
{
  if (fd < 0 || fd > 2)
    return fd;
  int moved = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  int error = errno;
  close (fd);
  errno = error;
  return moved;
}

static bool
open_pipe (struct ns_launch *launch, int stream)
{
  const struct ns_header *header = launch->plan.header;
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) < 0)
    return false;
  int ours = above_stdio (ends[stream == 0]);
  int theirs = above_stdio (ends[stream != 0]);
  launch->start->stdio[stream] = ours;
  launch->child.fds.stdio[stream] = theirs;
  /* So that the program can open /dev/stdout again under its own uid.  */
  return ours >= 0 && theirs >= 0
         && (!(header->flags & NS_CHOWN_STDIO)
             || fchown (theirs, header->stdio_uid, header->stdio_gid) == 0);
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
          *fd = above_stdio (open ("/dev/null", O_RDWR | O_CLOEXEC));
          opened = *fd >= 0;
          break;
        case NS_STDIO_INHERIT:
          *fd = fcntl (launch->plan.header->stdio[i].fd, F_DUPFD_CLOEXEC, 3);
          opened = *fd >= 0;
          break;
        case NS_STDIO_PIPE:
          opened = open_pipe (launch, i);
          break;
        case NS_STDIO_CONSOLE:
          break;
        }
      if (!opened)
        {
          fail (launch->start, NS_PHASE_STDIO, i, errno);
          return false;
        }
    }
  return true;
}

static bool
open_files (struct ns_launch *launch)
{
  struct ns_plan *plan = &launch->plan;
  struct ns_descriptors *fds = &launch->child.fds;
  for (size_t i = 0; i < plan->join_count; i++)
    {
      fds->joins[i] = above_stdio (open (plan->joins[i].path, O_RDONLY | O_CLOEXEC));
      if (fds->joins[i] < 0)
        return fail (launch->start, NS_PHASE_OPEN_NAMESPACE, (int)i, errno), false;
    }
  for (size_t i = 0; i < plan->cgroup_procs_count; i++)
    {
      fds->cgroup_procs[i] = above_stdio (open (plan->cgroup_procs[i], O_WRONLY | O_CLOEXEC));
      if (fds->cgroup_procs[i] < 0)
        return fail (launch->start, NS_PHASE_OPEN_CGROUP, (int)i, errno), false;
    }
  if (plan->cgroup != NULL)
    {
      fds->cgroup = above_stdio (open (plan->cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (fds->cgroup < 0)
        return fail (launch->start, NS_PHASE_OPEN_CGROUP, -1, errno), false;
    }
  return true;
}

static bool
open_channel (struct ns_launch *launch)
{
  int ends[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return fail (launch->start, NS_PHASE_CHANNEL, -1, errno), false;
  launch->start->report = above_stdio (ends[0]);
  launch->child.fds.report = above_stdio (ends[1]);
  if (launch->start->report < 0 || launch->child.fds.report < 0)
    return fail (launch->start, NS_PHASE_CHANNEL, -1, errno), false;
  return true;
}

static int
make_memfd (const char *name, unsigned kind)
{
  return above_stdio (
      (int)syscall (SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | kind));
}

static bool
write_all (int fd, const void *bytes, size_t length)
{
  while (length > 0)
    {
      ssize_t written = write (fd, bytes, length);
      if (written < 0 && errno != EINTR)
        return false;
      if (written > 0)
        {
          bytes = (const char *)bytes + written;
          length -= (size_t)written;
        }
    }
  return true;
}

/* The plan for the helper, which has no other way to get at it.  */
static bool
write_handoff (struct ns_launch *launch)
{
  char head[NS_HANDOFF_SIZE] = { 0 };
  struct ns_descriptors *fds = &launch->child.fds;
  fds->plan = make_memfd ("dockher-plan", 0);
  memcpy (head, fds, sizeof *fds);
  if (fds->plan < 0 || !write_all (fds->plan, head, sizeof head)
      || !write_all (fds->plan, launch->start->bytes, launch->start->length))
    return fail (launch->start, NS_PHASE_CHANNEL, -1, errno), false;
  return true;
}

/* The child that shares our memory until it is the container's program, or the helper.  */
static void
enter_child (void *argument)
{
  struct ns_launch *launch = argument;
  struct ns_child *child = &launch->child;
  if (atomic_load (&launch->start->aborted))
    ns_exit (1);
  int error = ns_close_others (&child->fds);
  if (error < 0)
    ns_fail (child, NS_PHASE_DESCRIPTORS, -1, error, 0);
  if (!(child->plan->header->flags & NS_OWN_MEMORY))
    ns_run_child (child);

  char number[NS_DECIMAL_SIZE];
  const char *const argv[] = { "dockher-helper", number, NULL };
  const char *const envp[] = { NULL };
  const int *all = (const int *)&child->fds;
  for (size_t i = 0; i < sizeof child->fds / sizeof (int); i++)
    if (all[i] >= 0)
      ns_syscall (__NR_fcntl, all[i], F_SETFD, 0);
  ns_format_decimal (number, child->fds.plan);
  long result = ns_syscall (__NR_execveat, child->fds.image, "", argv, envp, AT_EMPTY_PATH);
  ns_fail (child, NS_PHASE_OPEN_INIT, -1, (int)result, 0);
}

static bool
make_stack (struct ns_thread_memory *memory)
{
  if (memory->stack != NULL)
    return true;
  void *stack = mmap (NULL, NS_GUARD_SIZE + NS_STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED)
    return false;
  if (mprotect (stack, NS_GUARD_SIZE, PROT_NONE) < 0)
    {
      munmap (stack, NS_GUARD_SIZE + NS_STACK_SIZE);
      return false;
    }
  memory->stack = stack;
  return true;
}

void
ns_free_thread_memory (struct ns_thread_memory *memory)
{
  if (memory->stack != NULL)
    munmap (memory->stack, NS_GUARD_SIZE + NS_STACK_SIZE);
  memory->stack = NULL;
}

/* CLONE_VFORK suspends this thread until exec. Besides the stack, it keeps the kernel's OOM killer
   from taking Node down for a child that shares its memory (in_vfork in mm/oom_kill.c), and the
   child's oom_score_adj from becoming Node's.  */
static bool
clone_child (struct ns_launch *launch, struct ns_thread_memory *memory)
{
  struct ns_start *start = launch->start;
  bool own = (launch->plan.header->flags & NS_OWN_MEMORY) != 0;
  int cgroup = launch->child.fds.cgroup;
  if (!make_stack (memory))
    return fail (start, NS_PHASE_CLONE, -1, errno), false;

  struct clone_args args = { .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                             .pidfd = (uintptr_t)&start->pidfd,
                             .exit_signal = SIGCHLD,
                             .stack = (uintptr_t)memory->stack + NS_GUARD_SIZE,
                             .stack_size = NS_STACK_SIZE };
  if (!own)
    args.flags |= launch->plan.header->namespaces & ~(uint64_t)CLONE_NEWCGROUP;
  if (!own && cgroup >= 0)
    {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup = (unsigned)cgroup;
    }
  begin_sharing ();
  long pid = ns_clone_call (&args, enter_child, launch);
  end_sharing ();
  if (pid < 0)
    return fail (start, NS_PHASE_CLONE, -1, (int)-pid), false;
  if (!own)
    {
      struct rusage usage = { 0 };
      getrusage (RUSAGE_SELF, &usage);
      start->resident_floor = usage.ru_maxrss;
    }
  start->pid = (int)pid;
  return true;
}

/* Wait for one report: 1 with REPORT, and *FD where one came along; 0 at the end of file.  */
static int
receive (int socket, struct ns_report *report, int *fd)
{
  union
  {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control;
  struct iovec vector = { .iov_base = report, .iov_len = sizeof *report };
  struct msghdr message = {
    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  ssize_t got;
  do
    got = recvmsg (socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  *fd = -1;
  /* A reset is an end as well: the child went without reading its release.  */
  if (got != sizeof *report)
    return 0;
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  if (header != NULL && header->cmsg_type == SCM_RIGHTS)
    memcpy (fd, CMSG_DATA (header), sizeof *fd);
  return 1;
}

/* Wait for the end of what PIDFD stands for. Returns the signal that killed it, or 0.  */
static int
reap (int pidfd)
{
  siginfo_t info = { 0 };
  struct pollfd end = { .fd = pidfd, .events = POLLIN };
  int result;
  /* waitid(2) does not wait on a pidfd that the event loop has made non-blocking.  */
  while (poll (&end, 1, -1) < 0 && errno == EINTR)
    continue;
  do
    result = waitid ((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED);
  while (result < 0 && errno == EINTR);
  return result == 0 && info.si_code != CLD_EXITED ? info.si_status : 0;
}

/* Exchange the pidfd under the lock: ns_abort_start must never signal a number that has been given
   to something else meanwhile. Returns the old one.  */
static int
exchange_pidfd (struct ns_start *start, int pidfd)
{
  pthread_mutex_lock (&start->lock);
  int old = atomic_exchange (&start->pidfd, pidfd);
  pthread_mutex_unlock (&start->lock);
  return old;
}

/* Reap the child and close its pidfd.  */
static void
bury (int pidfd, int *signal_number)
{
  if (pidfd < 0)
    return;
  *signal_number = reap (pidfd);
  close (pidfd);
}

/* Take reports until the helper has named its child (true) or the socket ends (false).  */
static bool
listen_for_child (struct ns_start *start)
{
  struct ns_report report;
  int fd;
  while (receive (start->report, &report, &fd) > 0)
    switch ((enum ns_report_kind)report.kind)
      {
      case NS_REPORT_FAILED:
        start->outcome = NS_FAILED;
        start->failure = report;
        break;
      case NS_REPORT_EXECUTING:
        start->executing = true;
        break;
      case NS_REPORT_CONSOLE:
        start->console = fd;
        break;
      case NS_REPORT_CHILD:
        {
          int unused, helper = exchange_pidfd (start, fd);
          start->pid = report.pid;
          bury (helper, &unused);
          return true;
        }
      }
  return false;
}

/* The socket has ended, or nobody will listen to it any more: settle what became of the start.  */
static void
conclude (struct ns_start *start)
{
  close_fd (&start->report);
  if (start->outcome != NS_FAILED && start->executing && !atomic_load (&start->aborted))
    {
      start->outcome = NS_STARTED;
      return;
    }
  if (start->executing && start->outcome != NS_FAILED)
    ns_abort_start (start);
  else if (start->outcome != NS_FAILED)
    fail (start, NS_PHASE_HELPER, -1, 0);
  bury (exchange_pidfd (start, -1), &start->signal);
  if (atomic_load (&start->aborted))
    fail (start, NS_PHASE_ABORTED, -1, ECANCELED);
  close_fd (&start->console);
  for (int i = 0; i < 3; i++)
    close_fd (&start->stdio[i]);
}

static uint64_t
monotonic_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool
write_process_file (struct ns_start *start, int index, const char *name, const char *text)
{
  char path[64];
  snprintf (path, sizeof path, "/proc/%d/%s", start->pid, name);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  bool written = fd >= 0 && write (fd, text, strlen (text)) == (ssize_t)strlen (text);
  if (!written)
    fail (start, NS_PHASE_ID_MAP, index, errno);
  if (fd >= 0)
    close (fd);
  return written;
}

static bool
write_id_maps (struct ns_start *start, const struct ns_plan *plan)
{
  if ((plan->header->flags & NS_DENY_SETGROUPS)
      && !write_process_file (start, 0, "setgroups", "deny"))
    return false;
  if (plan->gid_map != NULL && !write_process_file (start, 1, "gid_map", plan->gid_map))
    return false;
  return plan->uid_map == NULL || write_process_file (start, 2, "uid_map", plan->uid_map);
}

static bool
release (struct ns_start *start)
{
  start->started_ns = monotonic_ns ();
  if (send (start->report, "r", 1, MSG_NOSIGNAL) == 1)
    return true;
  return fail (start, NS_PHASE_HELPER, -1, errno), false;
}

void
ns_finish_start (struct ns_start *start)
{
  start->outcome = NS_STARTED;
  if (release (start))
    listen_for_child (start);
  conclude (start);
}

void
ns_abort_start (struct ns_start *start)
{
  pthread_mutex_lock (&start->lock);
  atomic_store (&start->aborted, true);
  int pidfd = atomic_load (&start->pidfd);
  if (pidfd >= 0)
    syscall (SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
  pthread_mutex_unlock (&start->lock);
}

void
ns_undo_start (struct ns_start *start, int error)
{
  ns_abort_start (start);
  atomic_store (&start->aborted, false);
  fail (start, NS_PHASE_CHANNEL, -1, error);
  conclude (start);
}

static void
close_child_ends (struct ns_descriptors *fds)
{
  fds->image = -1; /* kept for the next start */
  int *all = (int *)fds;
  for (size_t i = 0; i < sizeof *fds / sizeof (int); i++)
    close_fd (&all[i]);
}

static bool
make_child (struct ns_launch *launch, struct ns_thread_memory *memory)
{
  struct ns_start *start = launch->start;
  bool own = (launch->plan.header->flags & NS_OWN_MEMORY) != 0;
  bool made = open_files (launch) && open_channel (launch) && open_stdio (launch)
              && (!own || write_handoff (launch));
  if (made && atomic_load (&start->aborted))
    {
      fail (start, NS_PHASE_ABORTED, -1, ECANCELED);
      made = false;
    }
  start->started_ns = monotonic_ns ();
  made = made && clone_child (launch, memory);
  close_child_ends (&launch->child.fds);
  return made;
}

static void
run (struct ns_launch *launch, struct ns_thread_memory *memory)
{
  struct ns_start *start = launch->start;
  const struct ns_header *header = launch->plan.header;
  if (!make_child (launch, memory))
    return conclude (start);
  bool own = (header->flags & NS_OWN_MEMORY) != 0;
  if (listen_for_child (start) != own || (own && !write_id_maps (start, &launch->plan)))
    return conclude (start);
  if (header->flags & NS_PARK)
    start->outcome = NS_PARKED;
  else if (own)
    ns_finish_start (start);
  else
    conclude (start);
}

void
ns_run_start (struct ns_start *start, struct ns_thread_memory *memory, int image)
{
  struct ns_launch launch = { .start = start };
  launch.child = (struct ns_child){ .fd_directory = -1, .null_device = -1 };
  memset (&launch.child.fds, -1, sizeof launch.child.fds);
  memset (launch.child.slots, -1, sizeof launch.child.slots);
  launch.child.fds.image = image < 0 ? -1 : image;
  launch.child.plan = &launch.plan;

  start->outcome = NS_STARTED;
  size_t needed = ns_check_plan (start->bytes, start->length);
  void *decoded = needed == 0 ? NULL : malloc (needed);
  if (decoded == NULL)
    {
      fail (start, NS_PHASE_DECODE, -1, needed == 0 ? EINVAL : ENOMEM);
      return conclude (start);
    }
  ns_decode_plan (start->bytes, decoded, &launch.plan);
  if (image < 0 && (launch.plan.header->flags & (NS_INIT | NS_OWN_MEMORY)) != 0)
    {
      fail (start, NS_PHASE_OPEN_INIT, -1, -image);
      conclude (start);
    }
  else
    run (&launch, memory);
  free (decoded);
}

static int
copy_image (int from, int to)
{
  char block[4096];
  ssize_t got;
  while ((got = read (from, block, sizeof block)) != 0)
    if ((got < 0 && errno != EINTR) || (got > 0 && !write_all (to, block, (size_t)got)))
      return -errno;
  return fcntl (to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0
             ? -errno
             : 0;
}

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

int
ns_seal_image (const char *path)
{
  int from = open (path, O_RDONLY | O_CLOEXEC);
  if (from < 0)
    return -errno;
  int to = make_memfd ("dockher-init", MFD_EXEC);
  if (to < 0 && errno == EINVAL) /* Linux before 6.3 */
    to = make_memfd ("dockher-init", 0);
  int error = to < 0 ? -errno : copy_image (from, to);
  close (from);
  if (error < 0 && to >= 0)
    close (to);
  return error < 0 ? error : to;
}
