#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "child.h"
#include "syscall.h"
#include "text.h"

int
ns_mkdir (struct ns_child *child, const struct ns_step *step)
{
  const char *name;
  int parent = ns_open_parent (child, step->strings[0], &name);
  if (parent < 0)
    return parent;
  long error = ns_syscall (__NR_mkdirat, parent, name, step->arguments[0]);
  if (error != -EEXIST)
    return (int)error;
  int fd = ns_open_path (step->strings[0], O_PATH | O_DIRECTORY, 0);
  return fd < 0 ? fd : ns_close (fd);
}

unsigned
ns_encode_device (uint64_t major, uint64_t minor)
{
  return (unsigned)((minor & 0xff) | (major << 8) | ((minor & ~(uint64_t)0xff) << 12));
}

int
ns_mknod (struct ns_child *child, const struct ns_step *step)
{
  const char *name;
  int parent = ns_open_parent (child, step->strings[0], &name);
  if (parent < 0)
    return parent;
  long error = ns_syscall (__NR_mknodat, parent, name, step->arguments[0],
                           ns_encode_device (step->arguments[1], step->arguments[2]));
  return (int)error;
}

int
ns_symlink (struct ns_child *child, const struct ns_step *step)
{
  const char *name;
  int parent = ns_open_parent (child, step->strings[1], &name);
  if (parent < 0)
    return parent;
  long error = ns_syscall (__NR_symlinkat, step->strings[0], parent, name);
  return (int)error;
}

/* chmod(2) follows links and fchmodat2(2) is new in Linux 6.6, so by the name of a descriptor,
   which is never a link's target.  */
int
ns_chmod (struct ns_child *child, const struct ns_step *step)
{
  const char *last;
  char name[NS_DECIMAL_SIZE];
  int parent = ns_open_parent (child, step->strings[0], &last);
  if (parent < 0)
    return parent;
  long fd = ns_syscall (__NR_openat, parent, last, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return (int)fd;
  long error = ns_go_to_fd_directory (child);
  ns_format_decimal (name, (int)fd);
  if (error == 0)
    error = ns_syscall (__NR_fchmodat, AT_FDCWD, name, step->arguments[0]);
  ns_close ((int)fd);
  return (int)error;
}

int
ns_chown (struct ns_child *child, const struct ns_step *step)
{
  const char *name;
  int parent = ns_open_parent (child, step->strings[0], &name);
  if (parent < 0)
    return parent;
  long error = ns_syscall (__NR_fchownat, parent, name, step->arguments[0], step->arguments[1],
                           AT_SYMLINK_NOFOLLOW);
  return (int)error;
}

int
ns_write_proc (const struct ns_step *step)
{
  return ns_write_proc_file (step->strings[0], step->strings[1]);
}

int
ns_write_proc_file (const char *path, const char *text)
{
  int fd = ns_open_proc (path, O_WRONLY);
  if (fd < 0)
    return fd;
  size_t length = ns_length (text);
  long written;
  do
    written = ns_syscall (__NR_write, fd, text, length);
  while (written == -EINTR);
  ns_close (fd);
  if (written < 0)
    return (int)written;
  return (size_t)written == length ? 0 : -EIO;
}

int
ns_chdir (struct ns_child *child, const struct ns_step *step)
{
  int fd = ns_open_path (step->strings[0], O_PATH | O_DIRECTORY, 0);
  if (fd < 0)
    return fd;
  long error = ns_syscall (__NR_fchdir, fd);
  ns_close (fd);
  child->in_fd_directory = false;
  return (int)error;
}
