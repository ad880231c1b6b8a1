#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int
ns_open_in_root (const char *root, const char *path, uint64_t flags, uint64_t mode)
{
  struct open_how how = { .flags = flags | O_CLOEXEC,
                          .mode = mode,
                          .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
  int directory = open (root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    return -errno;
  long fd;
  do
    fd = syscall (SYS_openat2, directory, path, &how, sizeof how);
  /* EAGAIN: a rename elsewhere made ".." uncertain (openat2(2)).  */
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  int error = errno;
  close (directory);
  return fd < 0 ? -error : (int)fd;
}

int
ns_try_lock (int fd, bool shared)
{
  int result;
  do
    result = flock (fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int
ns_open_pidfd (int pid)
{
  long fd = syscall (SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : (int)fd;
}

int
ns_signal_pidfd (int pidfd, int signal)
{
  return syscall (SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int
ns_resize_terminal (int fd, unsigned short rows, unsigned short columns)
{
  struct winsize size = { .ws_row = rows, .ws_col = columns };
  return ioctl (fd, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

/* Descriptors and pointers that cannot be: a kernel that knows the call complains of them.  */
bool
ns_knows_call (size_t index, const char **name)
{
  static const struct
  {
    const char *name;
    long number;
  } calls[] = {
    { "clone3", SYS_clone3 },           { "openat2", SYS_openat2 },
    { "close_range", SYS_close_range }, { "mount_setattr", SYS_mount_setattr },
    { "open_tree", SYS_open_tree },     { "move_mount", SYS_move_mount },
    { "fsopen", SYS_fsopen },           { "pidfd_open", SYS_pidfd_open },
    { "seccomp", SYS_seccomp },         { "memfd_create", SYS_memfd_create },
  };
  *name = NULL;
  if (index >= sizeof calls / sizeof *calls)
    return false;
  *name = calls[index].name;
  /* close_range (-1, 0) has its ends the wrong way round.  */
  return syscall (calls[index].number, -1, 0, 0, 0, 0) >= 0 || errno != ENOSYS;
}
