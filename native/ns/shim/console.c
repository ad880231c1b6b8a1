#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/ioctls.h>
#include <asm/termios.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>

#include "child.h"
#include "report.h"
#include "syscall.h"

/* The slave as a descriptor from the master itself: a name in /dev/pts could be exchanged
   (CVE-2025-52565).  */
static int
open_slave (int master)
{
  int locked = 0;
  long error = ns_syscall (__NR_ioctl, master, TIOCSPTLCK, &locked);
  if (error < 0)
    return (int)error;
  return (int)ns_syscall (__NR_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int
prepare_slave (int slave, const struct ns_step *step)
{
  struct winsize size = { .ws_row = (unsigned short)step->arguments[0],
                          .ws_col = (unsigned short)step->arguments[1] };
  long error = ns_syscall (__NR_ioctl, slave, TIOCSWINSZ, &size);
  if (error == 0)
    error = ns_syscall (__NR_fchown, slave, step->arguments[2], -1L);
  if (error == 0)
    error = ns_syscall (__NR_ioctl, slave, TIOCSCTTY, 0);
  return (int)error;
}

static int
bind_console (struct ns_child *child, int slave, const char *device)
{
  if (device[0] == '\0')
    return 0;
  int target = ns_open_target (child, device, NS_CREATE_FILE, RESOLVE_NO_SYMLINKS);
  if (target < 0)
    return target;
  int error = ns_bind_descriptor (child, slave, target, 0);
  ns_close (target);
  return error;
}

static int
take_stdio (struct ns_child *child, int slave)
{
  for (int i = 0; i < 3; i++)
    if (child->plan->header->stdio[i].kind == NS_STDIO_CONSOLE)
      {
        long error = ns_syscall (__NR_dup3, slave, i, 0);
        if (error < 0)
          return (int)error;
      }
  return 0;
}

static int
hand_over (struct ns_child *child, int master, const struct ns_step *step)
{
  const struct ns_report report = { .kind = NS_REPORT_CONSOLE };
  int slave = open_slave (master);
  if (slave < 0)
    return slave;
  int error = prepare_slave (slave, step);
  if (error == 0)
    error = bind_console (child, slave, step->strings[0]);
  if (error == 0)
    error = take_stdio (child, slave);
  if (error == 0)
    error = ns_send_report (child->fds.report, &report, master);
  ns_close (slave);
  return error;
}

int
ns_open_console (struct ns_child *child, const struct ns_step *step)
{
  long status[32];
  int master = ns_open_path ("/dev/pts/ptmx", O_RDWR | O_NOCTTY, RESOLVE_NO_SYMLINKS);
  if (master < 0)
    return master;
  int error = (int)ns_syscall (__NR_fstatfs, master, status);
  if (error == 0)
    error = status[0] == DEVPTS_SUPER_MAGIC ? hand_over (child, master, step) : -ENOTTY;
  ns_close (master);
  return error;
}
