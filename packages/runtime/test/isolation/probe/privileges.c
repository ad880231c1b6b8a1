/* Promises 9 to 14.  */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define DOCKER_CAPABILITIES 0xa80425fbULL

static uint64_t
read_mask (const char *field)
{
  const char *value = status_field (field);
  return value == NULL ? 0 : strtoull (value, NULL, 16);
}

static void
check_subset (const char *field)
{
  uint64_t mask = read_mask (field);
  if ((mask & ~DOCKER_CAPABILITIES) != 0)
    fail ("it is %016lx", mask);
  hold ("it is %016lx", mask);
}

static void
check_effective (void)
{
  check_subset ("CapEff");
}

static void
check_permitted (void)
{
  check_subset ("CapPrm");
}

static void
check_bounding (void)
{
  check_subset ("CapBnd");
}

static void
check_empty (const char *field)
{
  uint64_t mask = read_mask (field);
  if (mask != 0)
    fail ("it is %016lx", mask);
  hold ("it is empty");
}

static void
check_inheritable (void)
{
  check_empty ("CapInh");
}

static void
check_ambient (void)
{
  check_empty ("CapAmb");
}

static void
check_securebits (void)
{
  int bits = prctl (PR_GET_SECUREBITS);
  if (bits != 0)
    fail ("they are %#x", bits);
  hold ("none is set");
}

static void
check_score (void)
{
  char score[32];
  if (read_file ("/proc/self/oom_score_adj", score, sizeof score) == NULL)
    fail ("it cannot be read");
  if (atoi (score) != 0)
    fail ("it is %d", atoi (score));
  hold ("it is 0");
}

static void
check_score_lowering (void)
{
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    hold ("%s", strerrorname_np (errno));
  judge_refusal (write (fd, "-1", 2));
}

static void
check_nice_lowering (void)
{
  judge_refusal (setpriority (PRIO_PROCESS, 0, getpriority (PRIO_PROCESS, 0) - 1));
}

static void
check_real_time (void)
{
  const struct sched_param parameter = { .sched_priority = 1 };
  judge_refusal (sched_setscheduler (0, SCHED_FIFO, &parameter));
}

static void
check_hard_limit (void)
{
  struct rlimit limit;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_max++;
  judge_refusal (setrlimit (RLIMIT_NOFILE, &limit));
}

static void
check_no_new_privileges (void)
{
  if (prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
    fail ("it is not set");
  hold ("it is set");
}

static void
check_setuid_file (void)
{
  int status;
  pid_t child = fork ();
  if (child == 0)
    {
      char *const argv[] = { "/probe-setuid", "--root", NULL };
      if (setresgid (4321, 4321, 4321) < 0 || setresuid (4321, 4321, 4321) < 0)
        _exit (3);
      execv (argv[0], argv);
      _exit (4);
    }
  waitpid (child, &status, 0);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    fail ("it made another user root");
  if (WIFEXITED (status) && WEXITSTATUS (status) == 1)
    hold ("it gave nothing");
  if (WIFEXITED (status) && WEXITSTATUS (status) == 3)
    hold ("there is no other user");
  fail ("it could not be tried: %#x", status);
}

static void
check_filter (void)
{
  const char *mode = status_field ("Seccomp");
  if (mode == NULL || strcmp (mode, "2") != 0)
    fail ("the mode is %s", mode);
  hold ("one is active");
}

const struct check privilege_checks[] = { { 9, "effective capabilities", check_effective },
                                          { 9, "permitted capabilities", check_permitted },
                                          { 9, "bounding capabilities", check_bounding },
                                          { 10, "inheritable capabilities", check_inheritable },
                                          { 10, "ambient capabilities", check_ambient },
                                          { 10, "securebits", check_securebits },
                                          { 11, "oom_score_adj", check_score },
                                          { 11, "lowering oom_score_adj", check_score_lowering },
                                          { 11, "lowering nice", check_nice_lowering },
                                          { 11, "real-time scheduling", check_real_time },
                                          { 11, "raising a hard limit", check_hard_limit },
                                          { 12, "no_new_privs", check_no_new_privileges },
                                          { 13, "setuid file", check_setuid_file },
                                          { 14, "seccomp filter", check_filter },
                                          { 0, NULL, NULL } };
