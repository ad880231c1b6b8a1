#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"

void
ns_fail_start (struct ns_start *start, enum ns_phase phase, int index, int error)
{
  start->outcome = NS_FAILED;
  start->failure = (struct ns_report){
    .kind = NS_REPORT_FAILED, .phase = phase, .index = index, .error = error
  };
}

void
ns_close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* The child's 0 to 2 are taken last, so none of what it needs may lie there.  */
int
ns_above_stdio (int fd)
{
  if (fd < 0 || fd > 2)
    return fd;
  int moved = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  int error = errno;
  close (fd);
  errno = error;
  return moved;
}

int
ns_make_memfd (const char *name, unsigned kind)
{
  return ns_above_stdio (
      (int)syscall (SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | kind));
}

void
ns_format_process_path (char path[NS_PROCESS_PATH_SIZE], int pid, const char *name)
{
  memcpy (path, "/proc/", sizeof "/proc/");
  ns_format_decimal (path + strlen (path), pid);
  size_t length = strlen (path);
  path[length] = '/';
  memcpy (path + length + 1, name, strlen (name) + 1);
}

bool
ns_write_all (int fd, const void *bytes, size_t length)
{
  while (length > 0)
    {
      ssize_t written = write (fd, bytes, length);
      if (written < 0 && errno != EINTR)
        return false;
      if (written > 0)
        {
          bytes = (const char *)bytes + written;
          length -= (size_t)written;
        }
    }
  return true;
}
