/* exec_floor PID FILTER PROCS...: the least that an exec in a container costs on this machine.

   For each line on standard input it runs /bin/true in the namespaces of the process PID and in the
   cgroups whose cgroup.procs are named, with Docker's capabilities and under the seccomp program in
   the file FILTER, awaits its end and prints "WALL_NS CPU_US".  What enters shares no memory with
   who started it, and lets nobody in there look at it (CVE-2016-9962).  A PID namespace is entered
   by a child's child; the one between ends with it, and hands on how it ended.  */

#define _GNU_SOURCE
#include "confine.h"
#include "rounds.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES                                                                                 \
  (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP)

struct entry
{
  int container;
  char *const *procs;
  struct sock_fprog filter;
};

static const char *
become_command (const struct entry *entry)
{
  static char *const argv[] = { "/bin/true", NULL };
  static char *const environment[]
      = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };
  const char *failed;

  if ((failed = start_clean ()) || (failed = drop_privileges ())
      || (failed = install_filter (&entry->filter)))
    return failed;
  TRY (execve (argv[0], argv, environment));
  return NULL;
}

static const char *
join_cgroups (char *const *procs)
{
  for (; *procs != NULL; procs++)
    {
      int fd = open (*procs, O_WRONLY | O_CLOEXEC);
      TRY (fd);
      TRY (write (fd, "0", 1));
      TRY (close (fd));
    }
  return NULL;
}

static const char *
enter (const struct entry *entry)
{
  const char *failed = join_cgroups (entry->procs);
  if (failed)
    return failed;
  TRY (prctl (PR_SET_DUMPABLE, 0));
  TRY (setns (entry->container, NAMESPACES));
  pid_t pid = fork ();
  TRY (pid);
  if (pid == 0)
    return become_command (entry);
  int status;
  TRY (waitpid (pid, &status, 0));
  _exit (WIFEXITED (status) ? WEXITSTATUS (status) : 1);
}

static bool
run_once (void *argument)
{
  int status;
  pid_t pid = fork ();
  if (pid == 0)
    {
      const char *failed = enter (argument);
      fprintf (stderr, "failed to execute %s: %s\n", failed, strerror (errno));
      _exit (127);
    }
  if (pid < 0 || waitpid (pid, &status, 0) < 0)
    {
      perror ("failed to run a child");
      return false;
    }
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return true;
  fprintf (stderr, "failed to run /bin/true: status %d\n", status);
  return false;
}

int
main (int argc, char **argv)
{
  if (argc < 3)
    {
      fputs ("usage: exec_floor PID FILTER PROCS...\n", stderr);
      return 2;
    }

  struct entry entry = { .procs = argv + 3 };
  entry.container = (int)syscall (SYS_pidfd_open, atoi (argv[1]), 0);
  if (entry.container < 0 || !read_filter (argv[2], &entry.filter))
    {
      perror ("failed to open the container or the filter");
      return 1;
    }
  return run_rounds (run_once, &entry);
}
