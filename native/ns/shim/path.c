#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "child.h"
#include "syscall.h"
#include "text.h"

#define NS_NAME_SIZE 256
#define NS_PATH_SIZE 4096
#define NS_MOST_LINKS 40 /* as many as the kernel follows (path_resolution(7)) */

/* Every path is hostile once the root is the container's. Nothing of the host is attached then, so
   ".." and symlinks end inside; magic links (/proc/N/root, /proc/N/fd) would not.  */
static int
open_at (int directory, const char *path, unsigned long flags, unsigned long resolve)
{
  struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS };
  long fd;
  do
    fd = ns_syscall (__NR_openat2, directory, path, &how, sizeof how);
  /* EAGAIN: a rename elsewhere made ".." uncertain (openat2(2)).  */
  while (fd == -EINTR || fd == -EAGAIN);
  return (int)fd;
}

int
ns_open_path (const char *path, unsigned long flags, unsigned long resolve)
{
  return path[0] == '/' ? open_at (AT_FDCWD, path, flags, resolve) : -EINVAL;
}

int
ns_open_inside (int root, const char *path, unsigned long flags)
{
  return open_at (root, path, flags, RESOLVE_IN_ROOT);
}

/* Copy the component that starts at *PATH to NAME and move *PATH behind it and its slashes.  */
static int
take_component (const char **path, char name[NS_NAME_SIZE])
{
  const char *at = *path;
  size_t length = 0;
  for (; *at != '\0' && *at != '/'; at++)
    {
      if (length == NS_NAME_SIZE - 1)
        return -ENAMETOOLONG;
      name[length++] = *at;
    }
  name[length] = '\0';
  while (*at == '/')
    at++;
  *path = at;
  return 0;
}

/* As take_component, of a last one: nothing can be made at "..".  */
static int
take_name (const char **path, char name[NS_NAME_SIZE])
{
  int error = take_component (path, name);
  bool is_parent = name[0] == '.' && name[1] == '.' && name[2] == '\0';
  return error == 0 && is_parent ? -EINVAL : error;
}

static int
make_component (int directory, const char *name, enum ns_create create)
{
  long made = create == NS_CREATE_FILE
                  ? ns_syscall (__NR_mknodat, directory, name, S_IFREG | 0644, 0)
                  : ns_syscall (__NR_mkdirat, directory, name, 0755);
  return made == -EEXIST ? 0 : (int)made;
}

/* Open NAME, a directory that may be a symlink; where there is none, make it.  */
static int
enter_component (int directory, const char *name)
{
  int fd = open_at (directory, name, O_PATH | O_DIRECTORY, 0);
  if (fd != -ENOENT)
    return fd;
  int made = make_component (directory, name, NS_CREATE_DIRECTORY);
  return made < 0 ? made : open_at (directory, name, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
}

/* Walk from DIRECTORY, which is closed, along PATH as far as END, and make what is missing.  */
static int
make_directories (int directory, const char *path, const char *end)
{
  char name[NS_NAME_SIZE];
  while (directory >= 0 && path < end)
    {
      int error = take_component (&path, name);
      int next = error < 0 ? error : enter_component (directory, name);
      ns_close (directory);
      directory = next;
    }
  return directory;
}

/* Where a walk along PATH begins: in DIRECTORY or at the root. *PATH moves behind its first
 * slashes.  */
static int
open_beginning (int directory, const char **path)
{
  bool absolute = **path == '/';
  while (**path == '/')
    ++*path;
  return open_at (absolute ? AT_FDCWD : directory, absolute ? "/" : ".", O_PATH | O_DIRECTORY, 0);
}

void
ns_forget_parent (struct ns_child *child)
{
  if (child->parent >= 0)
    ns_close (child->parent);
  child->parent = -1;
}

static bool
is_known_parent (const struct ns_child *child, const char *path, size_t length)
{
  if (child->parent < 0 || child->parent_length != length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (child->parent_path[i] != path[i])
      return false;
  return true;
}

/* The directory of the first LENGTH bytes of PATH.  */
static int
open_directory (struct ns_child *child, const char *path, size_t length)
{
  char name[NS_PATH_SIZE];
  if (path[0] != '/')
    return -EINVAL;
  if (is_known_parent (child, path, length))
    return child->parent;
  if (length >= sizeof name)
    return -ENAMETOOLONG;
  ns_copy (name, path, length);
  name[length] = '\0';
  int fd = ns_open_path (length == 0 ? "/" : name, O_PATH | O_DIRECTORY, 0);
  if (fd == -ENOENT)
    {
      const char *start = name;
      int root = open_beginning (AT_FDCWD, &start);
      fd = make_directories (root, start, name + length);
    }
  if (fd < 0)
    return fd;
  ns_forget_parent (child);
  child->parent = fd;
  child->parent_path = path;
  child->parent_length = length;
  return fd;
}

/* The last component of PATH, up to and with its slashes.  */
static const char *
find_last_component (const char *path)
{
  const char *last = path;
  for (const char *at = path; *at != '\0'; at++)
    if (at[0] == '/' && at[1] != '/' && at[1] != '\0')
      last = at + 1;
  return last;
}

/* The parent is cached by its name without the slash, so "/" is "".  */
int
ns_open_parent (struct ns_child *child, const char *path, const char **name)
{
  const char *last = find_last_component (path);
  if (last == path || ns_contains (last, '/'))
    return -EINVAL;
  *name = last;
  return open_directory (child, path, (size_t)(last - 1 - path));
}

/* The directory, made where it is missing, of what the link NAME in DIRECTORY leads to, whose name
   NAME becomes.  */
static int
follow_link (int directory, char name[NS_NAME_SIZE])
{
  char link[NS_PATH_SIZE];
  long length = ns_syscall (__NR_readlinkat, directory, name, link, sizeof link - 1);
  if (length < 0)
    return (int)length;
  link[length] = '\0';
  const char *start = link, *last = find_last_component (link);
  int beginning = open_beginning (directory, &start);
  int holder = make_directories (beginning, start, last);
  int error = holder < 0 ? holder : take_name (&last, name);
  if (holder >= 0 && error < 0)
    ns_close (holder);
  return error < 0 ? error : holder;
}

static int
make_file (int directory, const char *name, enum ns_create create)
{
  int error = make_component (directory, name, create);
  unsigned long flags = create == NS_CREATE_DIRECTORY ? O_PATH | O_DIRECTORY : O_PATH;
  return error < 0 ? error : open_at (directory, name, flags, RESOLVE_NO_SYMLINKS);
}

/* A link that leads to nothing yet is followed, as long as links may be: /etc/resolv.conf of many
   images is one, into a /run that is empty before the system runs.  */
static int
make_target (struct ns_child *child, const char *path, enum ns_create create, unsigned long resolve)
{
  char name[NS_NAME_SIZE];
  const char *last = find_last_component (path);
  if (last == path)
    return -EINVAL;
  int parent = open_directory (child, path, (size_t)(last - 1 - path));
  int error = parent < 0 ? parent : take_name (&last, name);
  if (error < 0)
    return error;
  int directory = parent;
  int fd = make_file (directory, name, create);
  int links = (resolve & RESOLVE_NO_SYMLINKS) != 0 ? NS_MOST_LINKS : 0;
  for (; fd == -ELOOP && links < NS_MOST_LINKS && directory >= 0; links++)
    {
      int next = follow_link (directory, name);
      if (directory != parent)
        ns_close (directory);
      directory = next;
      fd = next < 0 ? next : make_file (next, name, create);
    }
  if (directory >= 0 && directory != parent)
    ns_close (directory);
  return fd;
}

int
ns_open_target (struct ns_child *child, const char *path, enum ns_create create,
                unsigned long resolve)
{
  int fd = ns_open_path (path, O_PATH, resolve);
  return fd != -ENOENT || create == NS_CREATE_NOTHING ? fd
                                                      : make_target (child, path, create, resolve);
}

/* The first word of struct statfs is all that is asked for; the rest is room for it.  */
static int
check_procfs (int fd)
{
  long status[32];
  int error = (int)ns_syscall (__NR_fstatfs, fd, status);
  return error == 0 && status[0] != PROC_SUPER_MAGIC ? -ENOTDIR : error;
}

/* Open PATH below /proc, which must be a procfs and nothing that an image put there
   (CVE-2019-16884).  */
int
ns_open_proc (const char *path, unsigned long flags)
{
  int proc = ns_open_path ("/proc", O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
  if (proc < 0)
    return proc;
  int fd = check_procfs (proc);
  if (fd == 0)
    fd = open_at (proc, path, flags, RESOLVE_BENEATH | RESOLVE_NO_XDEV);
  ns_close (proc);
  return fd;
}

int
ns_go_to_fd_directory (struct ns_child *child)
{
  if (child->in_fd_directory)
    return 0;
  if (child->fd_directory < 0)
    {
      int fd = ns_open_proc ("self/fd", O_PATH | O_DIRECTORY);
      if (fd < 0)
        return fd;
      child->fd_directory = fd;
    }
  int error = (int)ns_syscall (__NR_fchdir, child->fd_directory);
  child->in_fd_directory = error == 0;
  return error;
}
