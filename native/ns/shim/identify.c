#include "identify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

#define START_TICKS_FIELD 22

uint64_t
ns_read_start_ticks (int pid)
{
  char path[NS_PROCESS_PATH_SIZE], stat[1024];
  ns_format_process_path (path, pid, "stat");
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  ssize_t length;
  do
    length = read (fd, stat, sizeof stat - 1);
  while (length < 0 && errno == EINTR);
  int error = length < 0 ? errno : ESRCH;
  close (fd);
  errno = error;
  if (length <= 0)
    return 0;
  stat[length] = '\0';
  /* The second field is a name in parentheses that may hold anything, also parentheses.  */
  while (length > 0 && stat[length - 1] != ')')
    length--;
  const char *at = stat + length;
  for (int field = 2; field < START_TICKS_FIELD; field++)
    {
      while (*at != ' ' && *at != '\0')
        at++;
      while (*at == ' ')
        at++;
    }
  uint64_t ticks = 0;
  for (; *at >= '0' && *at <= '9'; at++)
    ticks = ticks * 10 + (uint64_t)(*at - '0');
  return ticks;
}

int
ns_open_process (int pid, uint64_t start_ticks)
{
  int fd = ns_above_stdio ((int)syscall (SYS_pidfd_open, pid, 0));
  if (fd < 0)
    return -1;
  /* Read after the pidfd is there: who had the pid then has it still, or is not who was meant.  */
  uint64_t ticks = ns_read_start_ticks (pid);
  if (ticks != 0 && ticks == start_ticks)
    return fd;
  int error = ticks != 0 || errno == ENOENT ? ESRCH : errno;
  close (fd);
  errno = error;
  return -1;
}
