/* floor ROOTFS [FILTER]: the least that a container start costs on this machine.

   For each line on standard input it starts /bin/true of ROOTFS in a container with Docker's
   defaults, under the seccomp program in the file FILTER where one is named, awaits its end and
   prints "WALL_NS CPU_US".  These are the kernel's pieces only, in the order in which they are
   cheapest to write: no plan, no handshake, no check of hostile paths.  What any runtime takes
   above this is its own.

   The child shares the memory of the parent, which is suspended until the exec
   (CLONE_VM | CLONE_VFORK): measured faster than fork at every size of the parent.  */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* From <sys/mount.h>, which cannot be included beside <linux/mount.h> before glibc 2.37.  */
extern int mount (const char *, const char *, const char *, unsigned long, const void *);
extern int umount2 (const char *, int);
#define MNT_DETACH 2

#define STACK_SIZE (64 * 1024)
#define PSEUDO (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
   SYS_CHROOT KILL AUDIT_WRITE: Docker's fourteen.  */
#define DOCKER_CAPABILITIES 0xa80425fbULL

/* What the child reports through the shared memory: the step that failed and its errno.  */
struct failure
{
  const char *step;
  int number;
};

struct start
{
  const char *rootfs;
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

#define TRY(call)                                                                                  \
  do                                                                                               \
    if ((call) < 0)                                                                                \
      return #call;                                                                                \
  while (0)

static const char *
start_clean (void)
{
  sigset_t none;
  sigemptyset (&none);
  TRY (prctl (PR_SET_PDEATHSIG, SIGKILL));
  TRY (syscall (SYS_close_range, 3, ~0U, 0));
  TRY (setsid ());
  TRY (syscall (SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
  TRY (sigprocmask (SIG_SETMASK, &none, NULL));
  umask (022);
  /* clone3 would root the namespace at the parent's cgroup.  */
  TRY (unshare (CLONE_NEWCGROUP));
  return NULL;
}

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
drop_privileges (void)
{
  for (int capability = 0; capability < 64; capability++)
    if (!(DOCKER_CAPABILITIES >> capability & 1)
        && prctl (PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
      {
        /* The kernel knows no such capability, nor any above it.  */
        if (errno == EINVAL)
          break;
        return "prctl (PR_CAPBSET_DROP)";
      }
  TRY (syscall (SYS_setgroups, 0, NULL));
  TRY (syscall (SYS_setresgid, 0, 0, 0));
  TRY (syscall (SYS_setresuid, 0, 0, 0));

  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  uint32_t low = (uint32_t)DOCKER_CAPABILITIES, high = (uint32_t)(DOCKER_CAPABILITIES >> 32);
  struct __user_cap_data_struct data[2]
      = { { .effective = low, .permitted = low }, { .effective = high, .permitted = high } };
  TRY (syscall (SYS_capset, &header, data));
  TRY (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  return NULL;
}

static const char *
install_filter (const struct sock_fprog *filter)
{
  if (filter->len > 0)
    TRY (syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter));
  return NULL;
}

static const char *
become_command (const char *rootfs, const struct sock_fprog *filter)
{
  static char *const argv[] = { "/bin/true", NULL };
  static char *const environment[]
      = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };
  const char *failed;

  if ((failed = start_clean ()) || (failed = raise_loopback ()))
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

static long long
now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long
cpu_us (int who)
{
  struct rusage usage;
  getrusage (who, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

/* Starts one container and awaits its end; false where it did not end with 0.  */
static bool
run_once (struct start *start, char *stack)
{
  int pidfd;
  siginfo_t info = { 0 };
  start->failure.step = NULL;
  if (clone (run_child, stack + STACK_SIZE,
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

static bool
read_filter (const char *path, struct sock_fprog *filter)
{
  static struct sock_filter instructions[BPF_MAXINSNS];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read (fd, instructions, sizeof instructions);
  if (fd >= 0)
    close (fd);
  if (size <= 0)
    return false;
  filter->len = (unsigned short)((size_t)size / sizeof *instructions);
  filter->filter = instructions;
  return true;
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
  char *stack = mmap (NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED)
    {
      perror ("failed to map the stack");
      return 1;
    }

  char line[16];
  while (fgets (line, sizeof line, stdin))
    {
      long long cpu = cpu_us (RUSAGE_SELF) + cpu_us (RUSAGE_CHILDREN);
      long long begin = now_ns ();
      if (!run_once (&start, stack))
        return 1;
      long long wall = now_ns () - begin;
      cpu = cpu_us (RUSAGE_SELF) + cpu_us (RUSAGE_CHILDREN) - cpu;
      printf ("%lld %lld\n", wall, cpu);
      fflush (stdout);
    }
  return 0;
}
