#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../identify.h"
#include "../launch.h"
#include "../text.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

uint64_t
mon_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

ssize_t
mon_read_file (const char *path, char *bytes, size_t size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  ssize_t got;
  size_t length = 0;
  while (length < size - 1 && (got = read (fd, bytes + length, size - 1 - length)) != 0)
    if (got > 0)
      length += (size_t)got;
    else if (errno != EINTR)
      break;
  close (fd);
  bytes[length] = '\0';
  return (ssize_t)length;
}

static void
make_nonblocking (int fd)
{
  if (fd >= 0)
    fcntl (fd, F_SETFL, fcntl (fd, F_GETFL, 0) | O_NONBLOCK);
}

void
mon_start_process (struct mon_process *process, struct mon_plan_bytes plan, int target, int image)
{
  struct ns_thread_memory memory = { NULL };
  *process = (struct mon_process){ .stage = MON_STARTING,
                                   .code = -1,
                                   .start = { .bytes = (void *)(uintptr_t)plan.bytes,
                                              .length = plan.length,
                                              .target = target,
                                              .pidfd = -1,
                                              .console = -1,
                                              .stdio = { -1, -1, -1 },
                                              .report = -1 } };
  ns_run_start (&process->start, &memory, image);
  ns_free_thread_memory (&memory);
  if (process->start.outcome != NS_PARKED)
    {
      process->stage = MON_FAILED;
      return;
    }
  for (int i = 0; i < 3; i++)
    make_nonblocking (process->start.stdio[i]);
  ns_release_start (&process->start);
}

void
mon_hear_process (struct mon_process *process)
{
  if (ns_hear_start (&process->start))
    return;
  process->stage = process->start.outcome == NS_STARTED ? MON_RUNNING : MON_FAILED;
  make_nonblocking (process->start.console);
  clock_gettime (CLOCK_REALTIME, &process->started);
  process->started_ms = mon_now ();
  if (process->stage == MON_RUNNING)
    process->start_ticks = ns_read_start_ticks (process->start.pid);
  else
    process->finished = process->started;
}

void
mon_reap_process (struct mon_process *process)
{
  siginfo_t info = { 0 };
  /* With the rusage that libc's waitid lacks.  */
  long result = syscall (SYS_waitid, P_PIDFD, process->start.pidfd, &info, WEXITED | WNOHANG,
                         &process->usage);
  if (result == 0 && info.si_pid == 0)
    return;
  if (result < 0 && errno == EINTR)
    return;
  process->stage = MON_EXITED;
  clock_gettime (CLOCK_REALTIME, &process->finished);
  if (info.si_code == CLD_EXITED)
    process->code = info.si_status;
  else
    process->signal = info.si_status;
  close (process->start.pidfd);
  process->start.pidfd = -1;
}

int
mon_signal_process (struct mon_process *process, int signal)
{
  if (process->start.pidfd < 0)
    return ESRCH;
  return syscall (SYS_pidfd_send_signal, process->start.pidfd, signal, NULL, 0) < 0 ? errno : 0;
}

bool
mon_has_console (const struct mon_process *process)
{
  return process->start.console >= 0;
}

int *
mon_find_stream (struct mon_process *process, int stream)
{
  struct ns_start *start = &process->start;
  int *fd = &start->stdio[stream];
  if (*fd < 0 && stream < 2 && start->console >= 0)
    fd = &start->console;
  return *fd < 0 ? NULL : fd;
}

void
mon_close_process (struct mon_process *process)
{
  struct ns_start *start = &process->start;
  ns_close_fd (&start->console);
  for (int i = 0; i < 3; i++)
    ns_close_fd (&start->stdio[i]);
}

int
mon_exit_code (const struct mon_process *process)
{
  const struct ns_report *failure = &process->start.failure;
  if (process->stage == MON_FAILED)
    {
      if (failure->phase != NS_PHASE_EXEC)
        return 125;
      return failure->error == ENOENT && failure->detail != NS_EXEC_NO_INTERPRETER ? 127 : 126;
    }
  return process->signal > 0 ? 128 + process->signal : process->code;
}
