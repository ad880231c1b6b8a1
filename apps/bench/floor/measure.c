/* measure COMMAND [ARG...]: runs a command with its streams on /dev/null and prints what it took:
   "WALL_NS CPU_US MAXRSS_KIB STATUS".  Node.js has no RUSAGE_CHILDREN.  */

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

int
main (int argc, char **argv)
{
  if (argc < 2)
    {
      fputs ("usage: measure COMMAND [ARG...]\n", stderr);
      return 2;
    }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&actions, 1, "/dev/null", O_WRONLY, 0);

  pid_t pid;
  long long start = now_ns ();
  int error = posix_spawnp (&pid, argv[1], &actions, NULL, argv + 1, environ);
  if (error != 0)
    {
      fprintf (stderr, "%s: %s\n", argv[1], strerror (error));
      return 127;
    }

  int status;
  struct rusage usage;
  while (wait4 (pid, &status, 0, &usage) < 0)
    if (errno != EINTR)
      {
        perror ("wait4");
        return 1;
      }
  long long wall = now_ns () - start;

  printf ("%lld %lld %ld %d\n", wall, cpu_us (&usage), usage.ru_maxrss,
          WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
  return 0;
}
