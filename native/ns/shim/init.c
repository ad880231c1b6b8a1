/* PID 1 of a container: runs the command, forwards signals to it, reaps what is orphaned, and ends
   as the command ends. Started as "dockher-init -- COMMAND ARG..." with the report socket on 3.  */

#include "init.h"

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/prctl.h>

#include "child.h"
#include "report.h"
#include "syscall.h"

#define NS_REPORT 3
#define NS_SIG_BLOCK 0
#define NS_SIG_SETMASK 2
#define NS_SIGNAL_SET_SIZE 8
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

static void
ignore_signal (int signal, unsigned long handler)
{
  const struct ns_action action = { .handler = handler };
  ns_syscall (__NR_rt_sigaction, signal, &action, NULL, NS_SIGNAL_SET_SIZE);
}

/* A process group of its own, in the foreground where there is a terminal, so that a shell has
   job control.  */
static void
take_terminal (void)
{
  int group = (int)ns_syscall (__NR_getpid);
  ns_syscall (__NR_setpgid, 0, 0);
  ns_syscall (__NR_ioctl, 0, TIOCSPGRP, &group);
}

__attribute__ ((noreturn)) static void
run_command (const char *const *argv, const char *const *envp, const uint64_t *mask)
{
  int detail;
  ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, NS_SIGKILL);
  ns_syscall (__NR_fcntl, NS_REPORT, NS_F_SETFD, NS_CLOEXEC);
  take_terminal ();
  ignore_signal (NS_SIGTTIN, 0);
  ignore_signal (NS_SIGTTOU, 0);
  ns_syscall (__NR_rt_sigprocmask, NS_SIG_SETMASK, mask, NULL, NS_SIGNAL_SET_SIZE);
  int error = ns_exec (argv, envp, &detail);
  const struct ns_report report = { .kind = NS_REPORT_FAILED,
                                    .phase = NS_PHASE_EXEC,
                                    .index = -1,
                                    .error = -error,
                                    .detail = (uint32_t)detail };
  ns_send_report (NS_REPORT, &report, -1);
  ns_exit (error == -ENOENT ? 127 : 126);
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

void
ns_run_init (const char *const *argv, const char *const *envp)
{
  const uint64_t all = ~(uint64_t)0, none = 0;
  /* exec may have cleared it, and the parent may have died meanwhile.  */
  ns_syscall (__NR_prctl, PR_SET_PDEATHSIG, NS_SIGKILL);
  if (ns_parent_is_gone (NS_REPORT))
    ns_exit (1);
  ns_syscall (__NR_rt_sigprocmask, NS_SIG_BLOCK, &all, NULL, NS_SIGNAL_SET_SIZE);
  /* TIOCSPGRP from the background would stop us.  */
  ignore_signal (NS_SIGTTIN, 1);
  ignore_signal (NS_SIGTTOU, 1);

  struct clone_args args = { .exit_signal = NS_SIGCHLD };
  long command = ns_syscall (__NR_clone3, &args, sizeof args);
  if (command == 0)
    run_command (argv, envp, &none);
  if (command < 0)
    {
      const struct ns_report report = {
        .kind = NS_REPORT_FAILED, .phase = NS_PHASE_CLONE, .index = -1, .error = (int32_t)-command
      };
      ns_send_report (NS_REPORT, &report, -1);
      ns_exit (1);
    }
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
