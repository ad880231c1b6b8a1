/* exec_floor PID FILTER PROCS...: the least that an exec in a container costs on this machine.

   For each line on standard input it runs /bin/true in the namespaces of the process PID and in the
   cgroups whose cgroup.procs are named, with Docker's capabilities and under the seccomp program in
   the file FILTER, awaits its end and prints "WALL_NS CPU_US".  A PID namespace is entered by a
   child's child; the one between ends with it, and hands on how it ended.  */

#define _GNU_SOURCE
#include "confine.h"
#include "rounds.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES                                                                                 \
  (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP)

struct entry
{
  int container;
  char *const *procs;
  char *outer_stack, *inner_stack;
  struct sock_fprog filter;
  const char *volatile failed;
  volatile int number;
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

static int
run_inner (void *argument)
{
  struct entry *entry = argument;
  entry->failed = become_command (entry);
  entry->number = errno;
  _exit (127);
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
enter (struct entry *entry)
{
  int status;
  const char *failed = join_cgroups (entry->procs);
  if (failed)
    return failed;
  TRY (setns (entry->container, NAMESPACES));
  pid_t pid
      = clone (run_inner, entry->inner_stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, entry);
  TRY (pid);
  TRY (waitpid (pid, &status, 0));
  if (entry->failed == NULL)
    _exit (WIFEXITED (status) ? WEXITSTATUS (status) : 1);
  errno = entry->number;
  return entry->failed;
}

static int
run_outer (void *argument)
{
  struct entry *entry = argument;
  entry->failed = enter (entry);
  entry->number = errno;
  _exit (127);
}

static bool
run_once (void *argument)
{
  struct entry *entry = argument;
  int status;
  entry->failed = NULL;
  /* The container's cgroups are joined by a process, so this one must not be a thread of ours.  */
  pid_t pid
      = clone (run_outer, entry->outer_stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | SIGCHLD, entry);
  if (pid < 0 || waitpid (pid, &status, 0) < 0)
    {
      perror ("failed to run a child");
      return false;
    }
  if (entry->failed)
    fprintf (stderr, "failed to execute %s: %s\n", entry->failed, strerror (entry->number));
  else if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    fprintf (stderr, "failed to run /bin/true: status %d\n", status);
  else
    return true;
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
  char *stacks = mmap (NULL, 2 * STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stacks == MAP_FAILED)
    {
      perror ("failed to map the stacks");
      return 1;
    }
  entry.outer_stack = stacks;
  entry.inner_stack = stacks + STACK_SIZE;
  return run_rounds (run_once, &entry);
}
