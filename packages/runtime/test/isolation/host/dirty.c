/* dirty DIRECTORY COMMAND...: runs the command as a caller with everything that a container must
   not inherit. What this machine does not let us have is left out: a check that never fails shows
   it.  */

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limits.h"

#define FOREIGN_GROUP 4242
#define SECBIT_NO_SETUID_FIXUP 4

static void
add_group (void)
{
  gid_t groups[64];
  int count = getgroups (63, groups);
  groups[count < 0 ? 0 : count] = FOREIGN_GROUP;
  setgroups ((size_t)(count < 0 ? 1 : count + 1), groups);
}

static void
add_key (void)
{
  syscall (SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "probe-session");
  syscall (SYS_add_key, "user", "probe-key", "secret", 6, KEY_SPEC_SESSION_KEYRING);
}

static void
set_limits (void)
{
  struct rlimit limit;
  for (size_t i = 0; i < sizeof caller_limits / sizeof caller_limits[0]; i++)
    {
      getrlimit (caller_limits[i].resource, &limit);
      if (caller_limits[i].soft < limit.rlim_max)
        limit.rlim_cur = caller_limits[i].soft;
      if (setrlimit (caller_limits[i].resource, &limit) < 0)
        perror (caller_limits[i].name);
    }
}

static void
write_score (void)
{
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0 && write (fd, "300", 3) < 0)
    perror ("oom_score_adj");
  close (fd);
}

static void
gain_priority (void)
{
  const struct sched_param parameter = { .sched_priority = 1 };
  setpriority (PRIO_PROCESS, 0, -5);
  sched_setscheduler (0, SCHED_RR, &parameter);
  syscall (SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE (IOPRIO_CLASS_RT, 4));
}

static void
keep_capabilities (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];
  syscall (SYS_capget, &header, data);
  for (int i = 0; i < 2; i++)
    data[i].inheritable = data[i].permitted;
  syscall (SYS_capset, &header, data);
  for (int capability = 0; capability < 64; capability++)
    prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  prctl (PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP);
}

static void
block_signals (void)
{
  sigset_t blocked;
  signal (SIGUSR1, SIG_IGN);
  signal (SIGWINCH, SIG_IGN);
  sigemptyset (&blocked);
  sigaddset (&blocked, SIGUSR2);
  sigaddset (&blocked, SIGURG);
  sigprocmask (SIG_BLOCK, &blocked, NULL);
}

/* Of a user, capabilities and securebits are the kernel's affair. */
static int
become (uid_t uid)
{
  if (uid == 0)
    return keep_capabilities (), 0;
  return setresgid (uid, uid, uid) < 0 || setresuid (uid, uid, uid) < 0 ? -1 : 0;
}

int
main (int argc, char **argv)
{
  if (argc < 4)
    return 2;
  int directory = open (argv[1], O_RDONLY | O_DIRECTORY);
  if (directory < 0 || dup2 (directory, 37) < 0 || dup2 (directory, 255) < 0 || chdir (argv[1]) < 0)
    return perror (argv[1]), 2;
  umask (0);
  add_group ();
  add_key ();
  set_limits ();
  write_score ();
  gain_priority ();
  block_signals ();
  personality (ADDR_NO_RANDOMIZE);
  if (become ((uid_t)atoi (argv[2])) < 0)
    return perror (argv[2]), 2;
  execvp (argv[3], argv + 3);
  perror (argv[3]);
  return 127;
}
