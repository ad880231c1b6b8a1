#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/stat.h>

#include "child.h"
#include "syscall.h"
#include "text.h"

#define NS_MNT_DETACH 2
#define NS_MAX_DEPTH 4096
#define NS_NULL_DEVICE 0x103 /* makedev (1, 3) */

static const char *
or_null (const char *text)
{
  return text[0] == '\0' ? NULL : text;
}

/* mount(2) on what TARGET, a descriptor, leads to: a name could have been exchanged meanwhile.
   Measured, open_tree and move_mount cost four times as much for single files.  */
static int
mount_on (struct ns_child *child, const char *source, int target, const char *type,
          unsigned long flags, const char *data)
{
  char name[NS_DECIMAL_SIZE];
  int error = ns_go_to_fd_directory (child);
  if (error < 0)
    return error;
  ns_forget_parent (child);
  ns_format_decimal (name, target);
  return (int)ns_syscall (__NR_mount, source, name, type, flags, data);
}

int
ns_bind_descriptor (struct ns_child *child, int fd, int target, unsigned long flags)
{
  char source[NS_DECIMAL_SIZE];
  ns_format_decimal (source, fd);
  return mount_on (child, source, target, NULL, MS_BIND | flags, NULL);
}

static int
stat_descriptor (int fd, struct stat *status)
{
  return (int)ns_syscall (__NR_newfstatat, fd, "", status, AT_EMPTY_PATH);
}

int
ns_mount (struct ns_child *child, const struct ns_step *step)
{
  int target = ns_open_target (child, step->strings[1], (enum ns_create)step->arguments[1],
                               step->arguments[2]);
  if (target < 0)
    return target;
  int error = mount_on (child, or_null (step->strings[0]), target, or_null (step->strings[2]),
                        step->arguments[0], or_null (step->strings[3]));
  ns_close (target);
  return error;
}

static int
fill_slot (struct ns_child *child, uint64_t slot, long tree)
{
  if (tree < 0)
    return (int)tree;
  if (child->slots[slot] >= 0)
    ns_close (child->slots[slot]);
  child->slots[slot] = (int)tree;
  return 0;
}

/* A device of the host's is bound where no node can be made: it must be the one that is meant.  */
static int
check_device (int fd, uint64_t type, unsigned number)
{
  struct stat status;
  int error = stat_descriptor (fd, &status);
  if (error < 0)
    return error;
  return (status.st_mode & S_IFMT) == type && status.st_rdev == number ? 0 : -ENODEV;
}

/* What lies in the source is not trusted: nothing that SUBPATH names leads out of it, and what was
   found is cloned by descriptor.  */
static long
open_inside (const char *source, const char *subpath, unsigned long flags)
{
  long root = ns_syscall (__NR_openat, AT_FDCWD, source, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (root < 0)
    return root;
  long inside = ns_open_inside ((int)root, subpath, O_PATH);
  ns_close ((int)root);
  if (inside < 0)
    return inside;
  long tree = ns_syscall (__NR_open_tree, inside, "", AT_EMPTY_PATH | flags);
  ns_close ((int)inside);
  return tree;
}

/* Back where we came from: setns(2) has made the topmost root of a mount namespace ours.  */
static long
return_home (int namespace, int root, int directory)
{
  long error = ns_syscall (__NR_setns, namespace, CLONE_NEWNS);
  if (error == 0)
    error = ns_syscall (__NR_fchdir, root);
  if (error == 0)
    error = ns_syscall (__NR_chroot, ".");
  return error < 0 ? error : ns_syscall (__NR_fchdir, directory);
}

/* The kernel clones what lies in our mount namespace only, so we go to the other and back. Whoever
   is in there may have put links in the way.  */
static long
open_elsewhere (const char *namespace, const char *source, unsigned long flags)
{
  int other = (int)ns_syscall (__NR_openat, AT_FDCWD, namespace, O_RDONLY | O_CLOEXEC, 0);
  int own = (int)ns_syscall (__NR_openat, AT_FDCWD, "/proc/thread-self/ns/mnt",
                             O_RDONLY | O_CLOEXEC, 0);
  int root = ns_open_path ("/", O_PATH | O_DIRECTORY, 0);
  int directory = (int)ns_syscall (__NR_openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  const int opened[] = { other, own, root, directory };
  long tree = 0;
  for (int i = 0; i < 4; i++)
    tree = tree < 0 || opened[i] >= 0 ? tree : opened[i];
  if (tree == 0)
    tree = ns_syscall (__NR_setns, other, CLONE_NEWNS);
  if (tree == 0)
    {
      int found = ns_open_path (source, O_PATH, RESOLVE_NO_SYMLINKS);
      tree = found < 0 ? found : ns_syscall (__NR_open_tree, found, "", AT_EMPTY_PATH | flags);
      if (found >= 0)
        ns_close (found);
      long error = return_home (own, root, directory);
      if (error < 0 && tree >= 0)
        ns_close ((int)tree);
      tree = error < 0 ? error : tree;
    }
  for (int i = 0; i < 4; i++)
    if (opened[i] >= 0)
      ns_close (opened[i]);
  return tree;
}

int
ns_open_tree (struct ns_child *child, const struct ns_step *step)
{
  const uint64_t *arguments = step->arguments;
  const char *source = step->strings[0], *subpath = step->strings[1];
  const char *namespace = step->strings[2];
  unsigned long flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | arguments[1];
  long tree;
  if (namespace[0] != '\0')
    tree = open_elsewhere (namespace, source, flags);
  else
    tree = subpath[0] == '\0' ? ns_syscall (__NR_open_tree, AT_FDCWD, source, flags)
                              : open_inside (source, subpath, flags);
  int error = fill_slot (child, arguments[0], tree);
  if (error < 0 || arguments[2] == 0)
    return error;
  return check_device ((int)tree, arguments[2], ns_encode_device (arguments[3], arguments[4]));
}

/* OPTIONS is pairs of strings; one with an empty value is a flag.  */
static int
configure (int context, const char *options, uint64_t length)
{
  const char *end = options + length;
  while (options < end)
    {
      const char *key = options;
      const char *value = key + ns_length (key) + 1;
      options = value + ns_length (value) + 1;
      unsigned command = value[0] == '\0' ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
      long error = ns_syscall (__NR_fsconfig, context, command, key, or_null (value), 0);
      if (error < 0)
        return (int)error;
    }
  return (int)ns_syscall (__NR_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

int
ns_create_mount (struct ns_child *child, const struct ns_step *step)
{
  long context = ns_syscall (__NR_fsopen, step->strings[0], FSOPEN_CLOEXEC);
  if (context < 0)
    return (int)context;
  long result = 0;
  if (step->strings[1][0] != '\0')
    result
        = ns_syscall (__NR_fsconfig, context, FSCONFIG_SET_STRING, "source", step->strings[1], 0);
  if (result >= 0)
    result = configure ((int)context, step->strings[2], step->lengths[2]);
  if (result >= 0)
    result = ns_syscall (__NR_fsmount, context, FSMOUNT_CLOEXEC, step->arguments[1]);
  ns_close ((int)context);
  return fill_slot (child, step->arguments[0], result);
}

static int
set_attributes (int fd, unsigned flags, const struct mount_attr *attributes)
{
  return (int)ns_syscall (__NR_mount_setattr, fd, "", AT_EMPTY_PATH | flags, attributes,
                          sizeof *attributes);
}

int
ns_mount_attributes (struct ns_child *child, const struct ns_step *step)
{
  const uint64_t *arguments = step->arguments;
  const char *path = step->strings[0];
  bool attached = path[0] != '\0';
  int fd = attached ? ns_open_path (path, O_PATH, 0) : child->slots[arguments[0]];
  if (attached && fd < 0)
    return fd;
  struct mount_attr attributes
      = { .attr_set = arguments[1], .attr_clr = arguments[2], .propagation = arguments[3] };
  if (arguments[5])
    {
      attributes.attr_set |= MOUNT_ATTR_IDMAP;
      attributes.userns_fd = (uint32_t)child->fds.user_namespace;
    }
  int error = set_attributes (fd, arguments[4] ? AT_RECURSIVE : 0, &attributes);
  if (attached)
    ns_close (fd);
  return error;
}

int
ns_move_mount (struct ns_child *child, const struct ns_step *step)
{
  int *slot = &child->slots[step->arguments[0]];
  int target = ns_open_target (child, step->strings[0], (enum ns_create)step->arguments[1],
                               step->arguments[2]);
  if (target < 0)
    return target;
  ns_forget_parent (child);
  long error = ns_syscall (__NR_move_mount, *slot, "", target, "",
                           MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  ns_close (target);
  if (error < 0)
    return (int)error;
  ns_close (*slot);
  *slot = -1;
  return 0;
}

static bool
is_same_place (const struct statx *a, const struct statx *b)
{
  return a->stx_mnt_id == b->stx_mnt_id && a->stx_ino == b->stx_ino
         && a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

/* Go up until ".." leads no further.  */
static int
climb (void)
{
  struct statx here, above;
  long error = ns_syscall (__NR_statx, AT_FDCWD, ".", 0, STATX_INO | STATX_MNT_ID, &here);
  for (int depth = 0; error == 0 && depth < NS_MAX_DEPTH; depth++)
    {
      error = ns_syscall (__NR_chdir, "..");
      if (error == 0)
        error = ns_syscall (__NR_statx, AT_FDCWD, ".", 0, STATX_INO | STATX_MNT_ID, &above);
      if (error < 0 || is_same_place (&here, &above))
        return (int)error;
      here = above;
    }
  return error < 0 ? (int)error : -ELOOP;
}

/* Of a caller in a chroot, pivot_root(2) would detach no more than the chroot, and what is above it
   stays in reach of whoever may call chroot(2) inside. So take the real root: with another root
   below, ".." in the old one leads on.  */
static int
leave_chroot (int below)
{
  int root = ns_open_path ("/", O_PATH | O_DIRECTORY, 0);
  if (root < 0)
    return root;
  long error = ns_syscall (__NR_fchdir, below);
  if (error == 0)
    error = ns_syscall (__NR_chroot, ".");
  if (error == 0)
    error = ns_syscall (__NR_fchdir, root);
  if (error == 0)
    error = climb ();
  if (error == 0)
    error = ns_syscall (__NR_chroot, ".");
  ns_close (root);
  return (int)error;
}

/* pivot_root(2), "pivot_root(".", ".")": the old root ends up on top of the new one and goes at
   once, so that no path is ever resolved while ".." in "/" leads to the host. It is made a slave
   first, lest unmounting it unmounts what the host shares.  */
static int
swap_roots (int old_root, int new_root)
{
  long error = ns_syscall (__NR_fchdir, new_root);
  if (error == 0)
    error = ns_syscall (__NR_pivot_root, ".", ".");
  if (error == 0)
    error = ns_syscall (__NR_fchdir, old_root);
  if (error == 0)
    error = ns_syscall (__NR_mount, NULL, ".", NULL, MS_SLAVE | MS_REC, NULL);
  if (error == 0)
    error = ns_syscall (__NR_umount2, ".", NS_MNT_DETACH);
  if (error == 0)
    error = ns_syscall (__NR_chdir, "/");
  return (int)error;
}

int
ns_pivot_root (struct ns_child *child, const struct ns_step *step)
{
  /* Inside, /proc/self/fd is not to be trusted, so take the one outside along.  */
  int error = ns_go_to_fd_directory (child);
  if (error < 0)
    return error;
  int new_root = ns_open_path (step->strings[0], O_PATH | O_DIRECTORY, 0);
  if (new_root < 0)
    return new_root;
  child->in_fd_directory = false;
  ns_forget_parent (child);
  error = leave_chroot (new_root);
  int old_root = error < 0 ? error : ns_open_path ("/", O_PATH | O_DIRECTORY, 0);
  error = old_root < 0 ? old_root : swap_roots (old_root, new_root);
  ns_close (new_root);
  if (old_root >= 0)
    ns_close (old_root);
  return error;
}

/* The container's /dev/null hides files, so it must be the real one (CVE-2025-31133).  */
static int
open_null (struct ns_child *child)
{
  if (child->null_device >= 0)
    return child->null_device;
  struct stat status;
  int fd = ns_open_path ("/dev/null", O_PATH, RESOLVE_NO_SYMLINKS);
  if (fd < 0)
    return fd;
  int error = stat_descriptor (fd, &status);
  if (error == 0 && ((status.st_mode & S_IFMT) != S_IFCHR || status.st_rdev != NS_NULL_DEVICE))
    error = -ENODEV;
  if (error < 0)
    {
      ns_close (fd);
      return error;
    }
  child->null_device = fd;
  return fd;
}

static int
mask_descriptor (struct ns_child *child, int target)
{
  struct stat status;
  int error = stat_descriptor (target, &status);
  if (error < 0)
    return error;
  if ((status.st_mode & S_IFMT) == S_IFDIR)
    return mount_on (child, "tmpfs", target, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                     "nr_blocks=1,nr_inodes=1");
  int null = open_null (child);
  return null < 0 ? null : ns_bind_descriptor (child, null, target, 0);
}

static bool
is_missing (int error)
{
  return error == -ENOENT || error == -ENOTDIR;
}

int
ns_mask (struct ns_child *child, const struct ns_step *step)
{
  int target = ns_open_path (step->strings[0], O_PATH, 0);
  if (target < 0)
    return is_missing (target) ? 0 : target;
  int error = mask_descriptor (child, target);
  ns_close (target);
  return error;
}

int
ns_read_only (struct ns_child *child, const struct ns_step *step)
{
  int target = ns_open_path (step->strings[0], O_PATH, 0);
  if (target < 0)
    return is_missing (target) ? 0 : target;
  int error = ns_bind_descriptor (child, target, target, MS_REC);
  ns_close (target);
  if (error < 0)
    return error;
  /* Open once more: the descriptor still shows what lies below the new mount.  */
  target = ns_open_path (step->strings[0], O_PATH, 0);
  if (target < 0)
    return target;
  const struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
  error = set_attributes (target, AT_RECURSIVE, &attributes);
  ns_close (target);
  return error;
}
