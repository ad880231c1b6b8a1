/* Promise 8: the caller looks on its side whether anything has arrived.  */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "probe.h"

/* The kernel looks at 32 bits of a request, a filter perhaps at 64 (CVE-2019-10063).  */
static long
push_byte (int fd, const char *byte)
{
  if (syscall (SYS_ioctl, fd, TIOCSTI, byte) == 0)
    return 0;
  return syscall (SYS_ioctl, fd, TIOCSTI | 1UL << 32, byte);
}

static void
push (int fd)
{
  for (const char *at = "INJECTED\n"; *at != '\0'; at++)
    if (push_byte (fd, at) < 0)
      return;
}

/* As it is, and as the leader of a session that takes the terminal for its own. */
static void
push_everywhere (void)
{
  for (int fd = 0; fd < 3; fd++)
    push (fd);
  int own = open ("/dev/tty", O_RDWR | O_CLOEXEC);
  if (own >= 0)
    push (own);
  setsid ();
  for (int fd = 0; fd < 3; fd++)
    if (ioctl (fd, TIOCSCTTY, 0) == 0)
      push (fd);
  hold ("everything was tried");
}

const struct check terminal_checks[] = { { 8, "TIOCSTI", push_everywhere }, { 0, NULL, NULL } };
