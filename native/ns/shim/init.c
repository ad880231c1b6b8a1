/* PID 1 of a container: runs the command, forwards signals to it, reaps what is orphaned, and ends
   as the command ends. Started as "dockher-init -- COMMAND ARG..." with the report socket on 3.  */

#include "init.h"

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/prctl.h>
#include <linux/time_types.h>

#include "child.h"
#include "report.h"
#include "syscall.h"

#define NS_REPORT 3
#define NS_SIG_BLOCK 0
#define NS_SIG_SETMASK 2
#define NS_SIGNAL_SET_SIZE 8
#define NS_SIG_DEFAULT 0
#define NS_SIG_IGNORE 1
#define NS_SIGKILL 9
#define NS_SIGCHLD 17
#define NS_SIGTTIN 21
#define NS_SIGTTOU 22
#define NS_WNOHANG 1
#define NS_CLOEXEC 1
#define NS_F_SETFD 2

struct ns_action
{
  unsigned long handler;
  unsigned long flags;
  unsigned long restorer;
  uint64_t mask;
};

/* Say what failed, and end with CODE.  */
__attribute__ ((noreturn)) static void
fail (const struct ns_report *failure, int code)
{
  ns_send_report (NS_REPORT, failure, -1);
  ns_exit (code);
}

/* Nothing that the container's promises rest on may fail unnoticed.  */
static void
check (enum ns_phase phase, long result)
{
  const struct ns_report failure
      = { .kind = NS_REPORT_FAILED, .phase = phase, .index = -1, .error = (int32_t)-result };
  if (result < 0)
    fail (&failure, 1);
}

static void
handle_signal (int signal, unsigned long handler)
{
  const struct ns_action action = { .handler = handler };
  check (NS_PHASE_SIGNALS,
         ns_syscall (__NR_rt_sigaction, signal, &action, NULL, NS_SIGNAL_SET_SIZE));
}

static void
block_signals (int how, uint64_t mask)
{
  check (NS_PHASE_SIGNALS, ns_syscall (__NR_rt_sigprocmask, how, &mask, NULL, NS_SIGNAL_SET_SIZE));
}

/* A process group of its own, in the foreground where there is a terminal, so that a shell has
   job control. Most containers have none.  */
static void
take_terminal (void)
{
  int group = (int)ns_syscall (__NR_getpid);
  check (NS_PHASE_SESSION, ns_syscall (__NR_setpgid, 0, 0));
  ns_syscall (__NR_ioctl, 0, TIOCSPGRP, &group);
}

__attribute__ ((noreturn)) static void
run_command (const char *const *argv, const char *const *envp)
{
  int detail;
  check (NS_PHASE_PARENT_GONE, ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, NS_SIGKILL));
  check (NS_PHASE_DESCRIPTORS, ns_syscall (__NR_fcntl, NS_REPORT, NS_F_SETFD, NS_CLOEXEC));
  take_terminal ();
  handle_signal (NS_SIGTTIN, NS_SIG_DEFAULT);
  handle_signal (NS_SIGTTOU, NS_SIG_DEFAULT);
  block_signals (NS_SIG_SETMASK, 0);
  int error = ns_exec (argv, envp, &detail);
  const struct ns_report failure = { .kind = NS_REPORT_FAILED,
                                     .phase = NS_PHASE_EXEC,
                                     .index = -1,
                                     .error = -error,
                                     .detail = (uint32_t)detail };
  fail (&failure, error == -ENOENT ? 127 : 126);
}

/* Reap what has ended. Returns the exit code once COMMAND has, else -1.  */
static int
reap (long command)
{
  int status, code = -1;
  for (;;)
    {
      long pid = ns_syscall (__NR_wait4, -1, &status, NS_WNOHANG, NULL);
      if (pid == -EINTR)
        continue;
      if (pid <= 0)
        return code;
      if (pid == command)
        code = (status & 0x7f) != 0 ? 128 + (status & 0x7f) : status >> 8 & 0xff;
    }
}

/* What we live on, asked for in vain: a seccomp filter that forbids it would have us spin.  */
static void
check_filter (void)
{
  const uint64_t none = 0;
  const struct __kernel_timespec now = { 0 };
  long error;
  do
    error = ns_syscall (__NR_rt_sigtimedwait, &none, NULL, &now, NS_SIGNAL_SET_SIZE);
  while (error == -EINTR);
  check (NS_PHASE_OPEN_INIT, error == -EAGAIN ? 0 : error);
  do
    error = ns_syscall (__NR_wait4, -1, NULL, NS_WNOHANG, NULL);
  while (error == -EINTR);
  check (NS_PHASE_OPEN_INIT, error == -ECHILD ? 0 : error);
}

void
ns_run_init (const char *const *argv, const char *const *envp)
{
  const uint64_t all = ~(uint64_t)0;
  /* exec may have cleared it, and the parent may have died meanwhile.  */
  check (NS_PHASE_PARENT_GONE, ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, NS_SIGKILL));
  check (NS_PHASE_PARENT_GONE, ns_check_parent (NS_REPORT));
  block_signals (NS_SIG_BLOCK, all);
  check_filter ();
  /* TIOCSPGRP from the background would stop us.  */
  handle_signal (NS_SIGTTIN, NS_SIG_IGNORE);
  handle_signal (NS_SIGTTOU, NS_SIG_IGNORE);

  /* Not clone3: seccomp filters refuse it, whose flags they cannot see.  */
  long command = ns_syscall (__NR_clone, NS_SIGCHLD, 0, 0, 0, 0);
  if (command == 0)
    run_command (argv, envp);
  check (NS_PHASE_CLONE, command);
  ns_close (NS_REPORT);

  for (;;)
    {
      long signal = ns_syscall (__NR_rt_sigtimedwait, &all, NULL, NULL, NS_SIGNAL_SET_SIZE);
      if (signal == NS_SIGCHLD)
        {
          int code = reap (command);
          if (code >= 0)
            ns_exit (code);
        }
      else if (signal > 0)
        ns_syscall (__NR_kill, command, signal);
    }
}
