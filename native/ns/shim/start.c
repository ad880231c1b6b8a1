#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

#define NS_MAX_LOST_REPORTS 4

/* Wait for one report: 1 with REPORT, and *FD where one came along; 0 at the end of file; -1 with
   errno.  */
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
  /* A reset is told once: the child went without reading its release. What it said comes after.  */
  while (got < 0 && (errno == EINTR || errno == ECONNRESET));
  *fd = -1;
  if (got < 0)
    return -1;
  if (got != sizeof *report)
    return 0;
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  if (header != NULL && header->cmsg_type == SCM_RIGHTS)
    memcpy (fd, CMSG_DATA (header), sizeof *fd);
  return 1;
}

int
ns_reap (int pidfd)
{
  siginfo_t info = { 0 };
  int result;
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
  *signal_number = ns_reap (pidfd);
  close (pidfd);
}

/* Reap what can only be named by its number, which is its own until then.  */
static void
end_nameless_child (int pid)
{
  siginfo_t info;
  kill (pid, SIGKILL);
  while (waitid (P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
    continue;
}

/* The helper has named its child, whose pidfd is FD: -1 where we have no room for it.  */
static void
take_child (struct ns_start *start, int pid, int fd)
{
  int unused, helper = exchange_pidfd (start, fd);
  start->pid = pid;
  bury (helper, &unused);
  if (fd >= 0)
    return;
  end_nameless_child (pid);
  ns_fail_start (start, NS_PHASE_CHANNEL, -1, EMFILE);
}

/* Wait for a report or the end of the socket. False where there will be neither: a helper that was
   killed may leave a child that waits for us.  */
static bool
await_report (const struct ns_start *start)
{
  struct pollfd polled[]
      = { { .fd = start->report, .events = POLLIN }, { .fd = start->pidfd, .events = POLLIN } };
  while (poll (polled, 2, -1) < 0 && errno == EINTR)
    continue;
  return polled[0].revents != 0 || polled[1].revents == 0;
}

enum heard
{
  HEARD_END,
  HEARD_REPORT,
  HEARD_CHILD, /* the helper has named its child */
};

/* Wait for one report and take what it says. One that cannot be read fails the start, but what
   comes after it may name what has to be ended.  */
static enum heard
hear (struct ns_start *start)
{
  struct ns_report report;
  int fd, got = await_report (start) ? receive (start->report, &report, &fd) : 0;
  if (got == 0)
    return HEARD_END;
  if (got < 0)
    {
      ns_fail_start (start, NS_PHASE_CHANNEL, -1, errno);
      return ++start->lost_reports < NS_MAX_LOST_REPORTS ? HEARD_REPORT : HEARD_END;
    }
  switch ((enum ns_report_kind)report.kind)
    {
    case NS_REPORT_FAILED:
      start->outcome = NS_FAILED;
      start->failure = report;
      if (report.pid > 0)
        end_nameless_child (report.pid);
      break;
    case NS_REPORT_EXECUTING:
      start->executing = true;
      break;
    case NS_REPORT_CONSOLE:
      start->console = fd;
      if (fd < 0)
        ns_fail_start (start, NS_PHASE_CHANNEL, -1, EMFILE);
      break;
    case NS_REPORT_CHILD:
      take_child (start, report.pid, fd);
      return HEARD_CHILD;
    }
  return HEARD_REPORT;
}

/* Take reports until the helper has named its child (true) or there will be no more (false).  */
static bool
listen_for_child (struct ns_start *start)
{
  enum heard heard;
  do
    heard = hear (start);
  while (heard == HEARD_REPORT);
  return heard == HEARD_CHILD;
}

static void
kill_child (struct ns_start *start)
{
  int pidfd = atomic_load (&start->pidfd);
  if (pidfd >= 0)
    syscall (SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

/* The socket has ended, or nobody will listen to it any more: settle what became of the start. A
   child that has reported its failure is about to exit; any other that failed must not live on, and
   one that has died keeps the reason.  */
static void
conclude (struct ns_start *start)
{
  ns_close_fd (&start->report);
  if (start->outcome != NS_FAILED && start->executing && !atomic_load (&start->aborted))
    {
      start->outcome = NS_STARTED;
      return;
    }
  if (start->outcome != NS_FAILED)
    ns_fail_start (start, NS_PHASE_HELPER, -1, 0);
  kill_child (start);
  bury (exchange_pidfd (start, -1), &start->signal);
  if (atomic_load (&start->aborted))
    ns_fail_start (start, NS_PHASE_ABORTED, -1, ECANCELED);
  ns_close_fd (&start->console);
  for (int i = 0; i < 3; i++)
    ns_close_fd (&start->stdio[i]);
}

static uint64_t
monotonic_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A file of PID's user namespace.  */
static bool
write_map (struct ns_start *start, int pid, int index, const char *text)
{
  static const char *const names[] = { "setgroups", "gid_map", "uid_map" };
  char path[NS_PROCESS_PATH_SIZE];
  ns_format_process_path (path, pid, names[index]);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  bool written = fd >= 0 && write (fd, text, strlen (text)) == (ssize_t)strlen (text);
  if (!written)
    ns_fail_start (start, NS_PHASE_ID_MAP, index, errno);
  if (fd >= 0)
    close (fd);
  return written;
}

bool
ns_write_id_maps (struct ns_start *start, const struct ns_plan *plan, int pid)
{
  if ((plan->header->flags & NS_DENY_SETGROUPS) && !write_map (start, pid, 0, "deny"))
    return false;
  if (plan->gid_map != NULL && !write_map (start, pid, 1, plan->gid_map))
    return false;
  return plan->uid_map == NULL || write_map (start, pid, 2, plan->uid_map);
}

void
ns_release_start (struct ns_start *start)
{
  start->outcome = NS_STARTED;
  start->started_ns = monotonic_ns ();
  ssize_t sent;
  do
    sent = send (start->report, "r", 1, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent == 1)
    return;
  ns_fail_start (start, errno == EPIPE ? NS_PHASE_HELPER : NS_PHASE_CHANNEL, -1, errno);
  kill_child (start);
}

bool
ns_hear_start (struct ns_start *start)
{
  if (hear (start) != HEARD_END)
    return true;
  conclude (start);
  return false;
}

void
ns_finish_start (struct ns_start *start)
{
  ns_release_start (start);
  while (ns_hear_start (start))
    continue;
}

void
ns_abort_start (struct ns_start *start)
{
  pthread_mutex_lock (&start->lock);
  atomic_store (&start->aborted, true);
  kill_child (start);
  pthread_mutex_unlock (&start->lock);
}

void
ns_undo_start (struct ns_start *start, int error)
{
  ns_abort_start (start);
  atomic_store (&start->aborted, false);
  ns_fail_start (start, NS_PHASE_CHANNEL, -1, error);
  conclude (start);
}

static bool
make_child (struct ns_launch *launch, struct ns_thread_memory *memory)
{
  struct ns_start *start = launch->start;
  bool made = ns_make_user_namespace (launch, memory) && ns_prepare_child (launch);
  if (made && atomic_load (&start->aborted))
    {
      ns_fail_start (start, NS_PHASE_ABORTED, -1, ECANCELED);
      made = false;
    }
  start->started_ns = monotonic_ns ();
  made = made && ns_clone_child (launch, memory);
  ns_close_child_ends (&launch->child.fds);
  ns_bury_holder (launch);
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
  if (listen_for_child (start) != own || start->outcome == NS_FAILED)
    return conclude (start);
  if (own && ns_owned_namespaces (header) == 0
      && !ns_write_id_maps (start, &launch->plan, start->pid))
    {
      /* It may have said why there is nothing to write to.  */
      kill_child (start);
      listen_for_child (start);
      return conclude (start);
    }
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
  struct ns_launch launch = { .start = start, .holder = -1 };
  launch.child = (struct ns_child){ .fd_directory = -1, .null_device = -1, .parent = -1 };
  memset (&launch.child.fds, -1, sizeof launch.child.fds);
  memset (launch.child.slots, -1, sizeof launch.child.slots);
  launch.child.fds.image = image < 0 ? -1 : image;
  launch.child.plan = &launch.plan;

  start->outcome = NS_STARTED;
  size_t needed = ns_check_plan (start->bytes, start->length);
  void *decoded = needed == 0 ? NULL : malloc (needed);
  if (decoded == NULL)
    {
      ns_fail_start (start, NS_PHASE_DECODE, -1, needed == 0 ? EINVAL : ENOMEM);
      return conclude (start);
    }
  ns_decode_plan (start->bytes, decoded, &launch.plan);
  if (image < 0 && (launch.plan.header->flags & (NS_INIT | NS_OWN_MEMORY)) != 0)
    {
      ns_fail_start (start, NS_PHASE_OPEN_INIT, -1, -image);
      conclude (start);
    }
  else
    run (&launch, memory);
  free (decoded);
}
