/* floor ROOTFS [FILTER]: the least that a container start costs on this machine.

   For each line on standard input it starts /bin/true of ROOTFS in a container with Docker's
   defaults, under the seccomp program in the file FILTER where one is named, awaits its end and
   prints "WALL_NS CPU_US".  These are the kernel's pieces only, in the order in which they are
   cheapest to write: no plan, no handshake, no check of hostile paths.  What any runtime takes
   above this is its own.

   The child shares the memory of the parent, which is suspended until the exec
   (CLONE_VM | CLONE_VFORK): measured faster than fork at every size of the parent.  */

#define _GNU_SOURCE
#include "confine.h"
#include "rounds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* From <sys/mount.h>, which cannot be included beside <linux/mount.h> before glibc 2.37.  */
extern int mount (const char *, const char *, const char *, unsigned long, const void *);
extern int umount2 (const char *, int);
#define MNT_DETACH 2

#define STACK_SIZE (64 * 1024)
#define PSEUDO (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* What the child reports through the shared memory: the step that failed and its errno.  */
struct failure
{
  const char *step;
  int number;
};

struct start
{
  const char *rootfs;
  char *stack;
  struct sock_fprog filter;
  volatile struct failure failure;
};

struct device
{
  const char *path;
  unsigned int major, minor;
};

struct link
{
  const char *target, *path;
};

static const struct device devices[]
    = { { "dev/null", 1, 3 },   { "dev/zero", 1, 5 },    { "dev/full", 1, 7 },
        { "dev/random", 1, 8 }, { "dev/urandom", 1, 9 }, { "dev/tty", 5, 0 } };

static const struct link links[] = { { "/proc/self/fd", "dev/fd" },
                                     { "/proc/self/fd/0", "dev/stdin" },
                                     { "/proc/self/fd/1", "dev/stdout" },
                                     { "/proc/self/fd/2", "dev/stderr" },
                                     { "pts/ptmx", "dev/ptmx" } };

/* The list of Docker 28; what this kernel lacks is skipped.  */
static const char *const masked_paths[] = { "/proc/acpi",
                                            "/proc/asound",
                                            "/proc/interrupts",
                                            "/proc/kcore",
                                            "/proc/keys",
                                            "/proc/latency_stats",
                                            "/proc/sched_debug",
                                            "/proc/scsi",
                                            "/proc/timer_list",
                                            "/proc/timer_stats",
                                            "/sys/devices/virtual/powercap",
                                            "/sys/firmware" };

static const char *const readonly_paths[]
    = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" };

#define COUNT(array) (sizeof (array) / sizeof ((array)[0]))

static const char *
raise_loopback (void)
{
  struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  TRY (fd);
  TRY (ioctl (fd, SIOCSIFFLAGS, &request));
  TRY (close (fd));
  return NULL;
}

static const char *
make_dev (void)
{
  TRY (mount ("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"));
  umask (0);
  for (size_t i = 0; i < COUNT (devices); i++)
    TRY (mknod (devices[i].path, S_IFCHR | 0666, makedev (devices[i].major, devices[i].minor)));
  for (size_t i = 0; i < COUNT (links); i++)
    TRY (symlink (links[i].target, links[i].path));
  TRY (mkdir ("dev/pts", 0755));
  TRY (mkdir ("dev/shm", 0755));
  TRY (mkdir ("dev/mqueue", 0755));
  umask (022);
  TRY (mount ("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=0620,gid=5"));
  TRY (mount ("shm", "dev/shm", "tmpfs", PSEUDO, "mode=1777,size=65536k"));
  TRY (mount ("mqueue", "dev/mqueue", "mqueue", PSEUDO, NULL));
  return NULL;
}

static const char *
make_root (const char *rootfs)
{
  TRY (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  TRY (mount (rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL));
  TRY (chdir (rootfs));
  TRY (mount ("proc", "proc", "proc", PSEUDO, NULL));
  const char *failed = make_dev ();
  if (failed)
    return failed;
  TRY (mount ("sysfs", "sys", "sysfs", PSEUDO | MS_RDONLY, NULL));
  TRY (syscall (SYS_pivot_root, ".", "."));
  TRY (umount2 (".", MNT_DETACH));
  TRY (chdir ("/"));
  return NULL;
}

static const char *
hide_paths (void)
{
  for (size_t i = 0; i < COUNT (masked_paths); i++)
    {
      const char *path = masked_paths[i];
      if (mount ("/dev/null", path, NULL, MS_BIND, NULL) == 0 || errno == ENOENT)
        continue;
      if (errno == ENOTDIR)
        TRY (mount ("tmpfs", path, "tmpfs", PSEUDO | MS_RDONLY, "size=0"));
      else
        return path;
    }

  struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
  for (size_t i = 0; i < COUNT (readonly_paths); i++)
    {
      const char *path = readonly_paths[i];
      if (mount (path, path, NULL, MS_BIND | MS_REC, NULL) < 0)
        {
          if (errno == ENOENT)
            continue;
          return path;
        }
      TRY (syscall (SYS_mount_setattr, AT_FDCWD, path, 0x8000 /* AT_RECURSIVE */, &attributes,
                    sizeof attributes));
    }
  return NULL;
}

static const char *
become_command (const char *rootfs, const struct sock_fprog *filter)
{
  static char *const argv[] = { "/bin/true", NULL };
  static char *const environment[]
      = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };
  const char *failed;

  if ((failed = start_clean ()))
    return failed;
  /* clone3 would root the namespace at the parent's cgroup.  */
  TRY (unshare (CLONE_NEWCGROUP));
  if ((failed = raise_loopback ()))
    return failed;
  TRY (sethostname ("bench", 5));
  if ((failed = make_root (rootfs)) || (failed = hide_paths ()) || (failed = drop_privileges ())
      || (failed = install_filter (filter)))
    return failed;
  TRY (execve (argv[0], argv, environment));
  return NULL;
}

static int
run_child (void *argument)
{
  struct start *start = argument;
  start->failure.step = become_command (start->rootfs, &start->filter);
  start->failure.number = errno;
  _exit (127);
}

/* Starts one container and awaits its end; false where it did not end with 0.  */
static bool
run_once (void *argument)
{
  struct start *start = argument;
  int pidfd;
  siginfo_t info = { 0 };
  start->failure.step = NULL;
  if (clone (run_child, start->stack + STACK_SIZE,
             CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS
                 | CLONE_NEWIPC | CLONE_NEWNET | SIGCHLD,
             start, &pidfd)
      < 0)
    {
      perror ("failed to clone");
      return false;
    }
  if (waitid (P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0)
    {
      perror ("failed to wait for the child");
      return false;
    }
  close (pidfd);
  if (start->failure.step)
    fprintf (stderr, "failed to execute %s: %s\n", start->failure.step,
             strerror (start->failure.number));
  else if (info.si_code != CLD_EXITED || info.si_status != 0)
    fprintf (stderr, "failed to run /bin/true: status %d\n", info.si_status);
  else
    return true;
  return false;
}

int
main (int argc, char **argv)
{
  if (argc != 2 && argc != 3)
    {
      fputs ("usage: floor ROOTFS [FILTER]\n", stderr);
      return 2;
    }

  struct start start = { .rootfs = argv[1] };
  if (argc == 3 && !read_filter (argv[2], &start.filter))
    {
      perror ("failed to read the filter");
      return 1;
    }
  start.stack = mmap (NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (start.stack == MAP_FAILED)
    {
      perror ("failed to map the stack");
      return 1;
    }
  return run_rounds (run_once, &start);
}
