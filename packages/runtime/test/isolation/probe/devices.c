/* Promises 41 to 43.  */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "probe.h"

#define DEVPTS_MAGIC 0x1cd1

static bool
is_standard (dev_t device)
{
  static const unsigned allowed[][2]
      = { { 1, 3 }, { 1, 5 }, { 1, 7 }, { 1, 8 }, { 1, 9 }, { 5, 0 }, { 5, 1 }, { 5, 2 } };
  for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
    if (device == makedev (allowed[i][0], allowed[i][1]))
      return true;
  return major (device) >= 136 && major (device) <= 143;
}

static int
visit (const char *path, const struct stat *status, int type, struct FTW *place)
{
  (void)place;
  if (type != FTW_F)
    return 0;
  if (S_ISBLK (status->st_mode))
    fail ("%s is a disk", path);
  if (S_ISCHR (status->st_mode) && !is_standard (status->st_rdev))
    fail ("%s is %u:%u", path, major (status->st_rdev), minor (status->st_rdev));
  return 0;
}

static void
check_nodes (void)
{
  nftw ("/dev", visit, 16, FTW_PHYS);
  hold ("standard nodes alone");
}

static void
check_standard (void)
{
  static const char *const names[]
      = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom" };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
      struct stat status;
      int fd = open (names[i], O_RDWR | O_CLOEXEC);
      if (fd < 0 || fstat (fd, &status) < 0 || !S_ISCHR (status.st_mode)
          || !is_standard (status.st_rdev))
        fail ("%s does not open", names[i]);
      close (fd);
    }
  hold ("they open");
}

static void
check_terminals (void)
{
  struct stat status;
  struct statfs filesystem;
  if (stat ("/dev/pts", &status) < 0)
    hold ("there are none");
  if (statfs ("/dev/pts", &filesystem) < 0 || filesystem.f_type != DEVPTS_MAGIC)
    fail ("/dev/pts is no devpts");
  if (status.st_dev == (dev_t)strtoull (required_fact ("devpts"), NULL, 10))
    fail ("they are the host's");
  hold ("they are its own");
}

/* Making the node and opening it, wherever one can be made; or one that is there already. ENXIO,
   ENODEV and the like say that nothing but the lack of a driver stood in the way.  */
static void
try_open (const char *path, const char *how)
{
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  int error = fd < 0 ? errno : 0;
  if (strcmp (how, "made") == 0)
    unlink (path);
  if (fd >= 0)
    fail ("a node that %s opens", how);
  if (error != EPERM && error != EACCES && error != ENOENT)
    fail ("a node that %s gives %s", how, strerrorname_np (error));
}

static void
try_device (const char *usual, mode_t type, unsigned major, unsigned minor)
{
  static const char *const places[]
      = { "/dev/probe-node", "/probe-node", "/dev/shm/probe-node", "/tmp/probe-node" };
  int made = 0;
  struct stat status;
  if (stat (usual, &status) == 0 && status.st_rdev == makedev (major, minor))
    try_open (usual, "is there");
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if (mknod (places[i], type | 0600, makedev (major, minor)) == 0)
      {
        made++;
        try_open (places[i], "made");
      }
  hold (made > 0 ? "it does not open" : "no node can be made");
}

#define DEVICE_CHECK(function, usual, type, major, minor)                                          \
  static void function (void) { try_device (usual, type, major, minor); }

DEVICE_CHECK (try_mem, "/dev/mem", S_IFCHR, 1, 1)
DEVICE_CHECK (try_port, "/dev/port", S_IFCHR, 1, 4)
DEVICE_CHECK (try_kmsg, "/dev/kmsg", S_IFCHR, 1, 11)
DEVICE_CHECK (try_tty0, "/dev/tty0", S_IFCHR, 4, 0)
DEVICE_CHECK (try_loop0, "/dev/loop0", S_IFBLK, 7, 0)
DEVICE_CHECK (try_loop_control, "/dev/loop-control", S_IFCHR, 10, 237)
DEVICE_CHECK (try_fuse, "/dev/fuse", S_IFCHR, 10, 229)
DEVICE_CHECK (try_kvm, "/dev/kvm", S_IFCHR, 10, 232)
DEVICE_CHECK (try_vhost_net, "/dev/vhost-net", S_IFCHR, 10, 238)
DEVICE_CHECK (try_uinput, "/dev/uinput", S_IFCHR, 10, 223)
DEVICE_CHECK (try_tun, "/dev/net/tun", S_IFCHR, 10, 200)

static void
try_disk (void)
{
  unsigned major, minor;
  if (sscanf (required_fact ("disk"), "%u:%u", &major, &minor) != 2)
    fail ("what is %s?", required_fact ("disk"));
  try_device ("/dev/root", S_IFBLK, major, minor);
}

const struct check device_checks[] = { { 41, "nodes in /dev", check_nodes },
                                       { 41, "standard nodes", check_standard },
                                       { 41, "pseudo-terminals", check_terminals },
                                       { 42, "disk of the host", try_disk },
                                       { 42, "mem", try_mem },
                                       { 42, "kmsg", try_kmsg },
                                       { 42, "port", try_port },
                                       { 42, "loop-control", try_loop_control },
                                       { 42, "loop0", try_loop0 },
                                       { 42, "fuse", try_fuse },
                                       { 42, "kvm", try_kvm },
                                       { 42, "tty0", try_tty0 },
                                       { 42, "vhost-net", try_vhost_net },
                                       { 42, "uinput", try_uinput },
                                       { 43, "tun", try_tun },
                                       { 0, NULL, NULL } };
