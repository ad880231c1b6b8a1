#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "launch.h"

static int
copy_image (int from, int to)
{
  char block[4096];
  ssize_t got;
  while ((got = read (from, block, sizeof block)) != 0)
    if ((got < 0 && errno != EINTR) || (got > 0 && !ns_write_all (to, block, (size_t)got)))
      return -errno;
  return fcntl (to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0
             ? -errno
             : 0;
}

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

int
ns_seal_image (const char *path, const char *name)
{
  int from = open (path, O_RDONLY | O_CLOEXEC);
  if (from < 0)
    return -errno;
  int to = ns_make_memfd (name, MFD_EXEC);
  if (to < 0 && errno == EINVAL) /* Linux before 6.3 */
    to = ns_make_memfd (name, 0);
  int error = to < 0 ? -errno : copy_image (from, to);
  close (from);
  if (error < 0 && to >= 0)
    close (to);
  return error < 0 ? error : to;
}
