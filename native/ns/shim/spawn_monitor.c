#include "spawn_monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launch.h"
#include "syscall.h"
#include "text.h"

/* What the monitor gets, each -1 until it is open.  */
struct descriptors
{
  int program, init, settings, caller, ours;
  int held; /* the request's own */
};

static int
seal_settings (const struct ns_monitor_request *request)
{
  int fd = ns_make_memfd ("dockher-settings", 0);
  if (fd >= 0 && ns_write_all (fd, request->settings, request->length)
      && fcntl (fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
    return fd;
  int error = errno;
  if (fd >= 0)
    close (fd);
  return -error;
}

static int
prepare (const struct ns_monitor_request *request, struct descriptors *fds)
{
  int ends[2];
  if ((fds->program = ns_seal_image (request->image, "dockher-monitor")) < 0)
    return fds->program;
  if ((fds->init = ns_seal_image (request->init, "dockher-init")) < 0)
    return fds->init;
  if ((fds->settings = seal_settings (request)) < 0)
    return fds->settings;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return -errno;
  fds->ours = ns_above_stdio (ends[0]);
  fds->caller = ns_above_stdio (ends[1]);
  return fds->ours < 0 || fds->caller < 0 ? -errno : 0;
}

/* On the caller's memory until exec: see clone.c.  */
static void
enter_child (void *argument)
{
  const struct descriptors *fds = argument;
  const int given[] = { fds->init, fds->settings, fds->caller, fds->held };
  size_t count = fds->held < 0 ? 3 : 4;
  char numbers[4][NS_DECIMAL_SIZE];
  const char *argv[6] = { "dockher-monitor" };
  const char *const envp[] = { NULL };
  for (size_t i = 0; i < count; i++)
    {
      ns_syscall (__NR_fcntl, given[i], F_SETFD, 0);
      ns_format_decimal (numbers[i], given[i]);
      argv[i + 1] = numbers[i];
    }
  ns_syscall (__NR_execveat, fds->program, "", argv, envp, AT_EMPTY_PATH);
  ns_exit (1);
}

static int
start (struct descriptors *fds)
{
  int pidfd = -1;
  struct ns_thread_memory memory = { NULL };
  struct clone_args args = { .pidfd = (uintptr_t)&pidfd };
  sigset_t all, before;
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  long pid = ns_clone_sharing (&args, &memory, enter_child, fds);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  ns_free_thread_memory (&memory);
  if (pid < 0)
    return (int)pid;
  /* The monitor's first process ends as soon as it has cloned the one that stays.  */
  ns_reap (pidfd);
  close (pidfd);
  return 0;
}

int
ns_spawn_monitor (const struct ns_monitor_request *request)
{
  struct descriptors fds = { -1, -1, -1, -1, -1, request->held };
  int error = prepare (request, &fds);
  if (error == 0)
    error = start (&fds);
  int *const ours[] = { &fds.program, &fds.init, &fds.settings, &fds.caller };
  for (size_t i = 0; i < 4; i++)
    ns_close_fd (ours[i]);
  if (error < 0)
    ns_close_fd (&fds.ours);
  return error < 0 ? error : fds.ours;
}
