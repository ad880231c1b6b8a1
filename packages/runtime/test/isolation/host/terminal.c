/* terminal session|bare COMMAND...: runs the command on a terminal of its own, copies what it shows
   to stdout, and prints "terminal: INPUT" with what then waits to be read there, which nobody has
   typed. In "session" the terminal controls the command's session, as a shell's does; "bare", it
   controls none.  */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void
run_command (int slave, int controls, char **argv)
{
  setsid ();
  if (controls)
    {
      ioctl (slave, TIOCSCTTY, 0);
      /* The command is a job, as under a shell: the session's leader outlives it.  */
      pid_t job = fork ();
      if (job > 0)
        {
          int status;
          waitpid (job, &status, 0);
          _exit (0);
        }
    }
  for (int fd = 0; fd < 3; fd++)
    dup2 (slave, fd);
  execvp (argv[0], argv);
  _exit (127);
}

static void
copy_output (int master)
{
  char buffer[4096];
  ssize_t got = read (master, buffer, sizeof buffer);
  if (got > 0 && write (1, buffer, (size_t)got) < 0)
    _exit (3);
}

int
main (int argc, char **argv)
{
  if (argc < 3)
    return 2;
  int master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt (master) < 0 || unlockpt (master) < 0)
    return perror ("ptmx"), 2;
  int slave = open (ptsname (master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios modes;
  tcgetattr (slave, &modes);
  modes.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
  tcsetattr (slave, TCSANOW, &modes);
  pid_t child = fork ();
  if (child == 0)
    run_command (slave, strcmp (argv[1], "session") == 0, argv + 2);
  struct pollfd event = { .fd = master, .events = POLLIN };
  while (waitpid (child, NULL, WNOHANG) == 0)
    if (poll (&event, 1, 50) > 0)
      copy_output (master);
  while (poll (&event, 1, 0) > 0 && (event.revents & POLLIN) != 0)
    copy_output (master);
  char input[256] = "";
  fcntl (slave, F_SETFL, O_NONBLOCK);
  ssize_t got = read (slave, input, sizeof input - 1);
  printf ("\nterminal: %.*s\n", got > 0 ? (int)strcspn (input, "\n") : 0, input);
  return 0;
}
