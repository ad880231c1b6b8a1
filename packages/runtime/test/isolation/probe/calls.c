/* Promises 15 to 26: system calls that are refused. Every one has arguments with which it could do
   no harm even where it is allowed: what is not there, flags that exclude each other, numbers that
   nothing has.  */

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fanotify.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/quota.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#define NOTHING "/probe-nothing"
#define CHECK(function, call)                                                                      \
  static void function (void) { judge_refusal (call); }

CHECK (try_mount, syscall (SYS_mount, "none", "/", "no-such-fs", 0, NULL))
CHECK (try_umount, syscall (SYS_umount2, "/probe", 8))
CHECK (try_pivot_root, syscall (SYS_pivot_root, "/etc", "/etc"))
CHECK (try_move_mount, syscall (SYS_move_mount, -1, "", -1, "", 0x80000000))
CHECK (try_fsopen, syscall (SYS_fsopen, "no-such-fs", 0))
CHECK (try_fsmount, syscall (SYS_fsmount, -1, 0, 0))
CHECK (try_fspick, syscall (SYS_fspick, -1, "", 0x80000000))
CHECK (try_open_tree, syscall (SYS_open_tree, -1, "", OPEN_TREE_CLONE | AT_EMPTY_PATH))
CHECK (try_fsconfig, syscall (SYS_fsconfig, -1, 0, NULL, NULL, 0))
CHECK (try_setns, syscall (SYS_setns, open ("/proc/self/ns/uts", O_RDONLY), 0))
CHECK (try_unshare_user, unshare (CLONE_NEWUSER))
CHECK (try_unshare_mount, unshare (CLONE_NEWNS))
CHECK (try_unshare_network, unshare (CLONE_NEWNET))
CHECK (try_unshare_cgroup, unshare (CLONE_NEWCGROUP))
CHECK (try_kexec_load, syscall (SYS_kexec_load, 0, 0, NULL, 0xffff0000))
CHECK (try_kexec_file_load, syscall (SYS_kexec_file_load, -1, -1, 0, NULL, 0xffff0000))
CHECK (try_init_module, syscall (SYS_init_module, NULL, 0, ""))
CHECK (try_finit_module, syscall (SYS_finit_module, -1, "", 0x80000000))
CHECK (try_delete_module, syscall (SYS_delete_module, "probe_nothing", O_NONBLOCK))
CHECK (try_acct, syscall (SYS_acct, NOTHING))
CHECK (try_swapon, syscall (SYS_swapon, NOTHING, 0))
CHECK (try_swapoff, syscall (SYS_swapoff, NOTHING))
CHECK (try_sethostname, syscall (SYS_sethostname, "", -1))
CHECK (try_setdomainname, syscall (SYS_setdomainname, "", -1))
CHECK (try_quotactl, syscall (SYS_quotactl, QCMD (0x7fff, 0x7f), NULL, 0, NULL))
CHECK (try_reboot, syscall (SYS_reboot, 0, 0, 0, NULL))
CHECK (try_syslog, syscall (SYS_syslog, 10, NULL, 0))
CHECK (try_keyctl, syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0))
CHECK (try_add_key, syscall (SYS_add_key, "probe-nothing", "x", "", 0, KEY_SPEC_PROCESS_KEYRING))
CHECK (try_request_key, syscall (SYS_request_key, "probe-nothing", "x", NULL, 0))
CHECK (try_bpf, syscall (SYS_bpf, -1, NULL, 0))
CHECK (try_perf_event_open, syscall (SYS_perf_event_open, NULL, 0, -1, -1, 0))
CHECK (try_userfaultfd, syscall (SYS_userfaultfd, 1 | 4))
CHECK (try_fanotify_init, syscall (SYS_fanotify_init, FAN_REPORT_FID | 0x40000000, 0))
CHECK (try_kcmp, syscall (SYS_kcmp, getpid (), getpid (), 0, 0, 0))
CHECK (try_pidfd_getfd, syscall (SYS_pidfd_getfd, -1, 0, 0))
CHECK (try_set_mempolicy, syscall (SYS_set_mempolicy, 0x7fff, NULL, 0))
CHECK (try_move_pages, syscall (SYS_move_pages, 0, 0, NULL, NULL, NULL, 0x1000))
CHECK (try_personality, syscall (SYS_personality, 0x0040000))
CHECK (try_io_uring_setup, syscall (SYS_io_uring_setup, 0, NULL))
CHECK (try_io_uring_enter, syscall (SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0))

static void
try_mount_setattr (void)
{
  const struct mount_attr attributes = { 0 };
  judge_refusal (
      syscall (SYS_mount_setattr, -1, "", AT_EMPTY_PATH, &attributes, sizeof attributes));
}

static void
clone_with (unsigned long flags)
{
  long pid = syscall (SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
  if (pid == 0)
    _exit (0);
  if (pid > 0)
    waitpid ((pid_t)pid, NULL, 0);
  judge_refusal (pid);
}

static void
try_clone_user (void)
{
  clone_with (CLONE_NEWUSER);
}

static void
try_clone_mount (void)
{
  clone_with (CLONE_NEWNS);
}

static void
try_clone3 (void)
{
  syscall (SYS_clone3, NULL, 0);
  if (errno != ENOSYS)
    fail ("it gives %s", strerrorname_np (errno));
  hold ("it gives ENOSYS");
}

static void
try_open_by_handle_at (void)
{
  union
  {
    struct file_handle handle;
    char bytes[sizeof (struct file_handle) + 8];
  } handle = { .handle = { .handle_bytes = 8, .handle_type = 0x7f } };
  int root = open ("/", O_RDONLY | O_DIRECTORY);
  judge_refusal (syscall (SYS_open_by_handle_at, root, &handle, O_RDONLY));
}

/* A time before this machine was started is not taken (do_settimeofday64).  */
static void
try_clock_settime (void)
{
  const struct timespec beginning = { 0 };
  judge_refusal (syscall (SYS_clock_settime, CLOCK_REALTIME, &beginning));
}

static void
try_adjtimex (void)
{
  struct timex change = { .modes = ADJ_TICK, .tick = 1 };
  judge_refusal (syscall (SYS_adjtimex, &change));
}

/* Of families that the kernel lacks nothing can be said.  */
static void
try_socket (int family, int type)
{
  long socket = syscall (SYS_socket, family, type, 0);
  if (socket < 0 && errno == EAFNOSUPPORT)
    hold ("EAFNOSUPPORT");
  judge_refusal (socket);
}

static void
try_vsock (void)
{
  try_socket (AF_VSOCK, SOCK_STREAM);
}

static void
try_alg (void)
{
  try_socket (AF_ALG, SOCK_SEQPACKET);
}

#if defined(__x86_64__)
CHECK (try_iopl, syscall (SYS_iopl, 3))
CHECK (try_ioperm, syscall (SYS_ioperm, 0x80, 1, 1))
#define PORT_CHECKS { 22, "iopl", try_iopl }, { 22, "ioperm", try_ioperm },
#else
#define PORT_CHECKS
#endif

const struct check call_checks[] = { { 15, "mount", try_mount },
                                     { 15, "umount2", try_umount },
                                     { 15, "pivot_root", try_pivot_root },
                                     { 15, "move_mount", try_move_mount },
                                     { 15, "fsopen", try_fsopen },
                                     { 15, "fsmount", try_fsmount },
                                     { 15, "fspick", try_fspick },
                                     { 16, "open_tree", try_open_tree },
                                     { 16, "fsconfig", try_fsconfig },
                                     { 16, "mount_setattr", try_mount_setattr },
                                     { 17, "setns", try_setns },
                                     { 18, "unshare user", try_unshare_user },
                                     { 18, "unshare mount", try_unshare_mount },
                                     { 18, "unshare network", try_unshare_network },
                                     { 18, "unshare cgroup", try_unshare_cgroup },
                                     { 18, "clone user", try_clone_user },
                                     { 18, "clone mount", try_clone_mount },
                                     { 19, "clone3", try_clone3 },
                                     { 20, "kexec_load", try_kexec_load },
                                     { 20, "kexec_file_load", try_kexec_file_load },
                                     { 20, "init_module", try_init_module },
                                     { 20, "finit_module", try_finit_module },
                                     { 20, "delete_module", try_delete_module },
                                     { 21, "open_by_handle_at", try_open_by_handle_at },
                                     { 21, "acct", try_acct },
                                     { 21, "swapon", try_swapon },
                                     { 21, "swapoff", try_swapoff },
                                     { 21, "clock_settime", try_clock_settime },
                                     { 21, "adjtimex", try_adjtimex },
                                     { 21, "sethostname", try_sethostname },
                                     { 21, "setdomainname", try_setdomainname },
                                     { 22, "quotactl", try_quotactl },
                                     { 22, "reboot", try_reboot },
                                     { 22, "syslog", try_syslog },
                                     PORT_CHECKS{ 23, "keyctl", try_keyctl },
                                     { 23, "add_key", try_add_key },
                                     { 23, "request_key", try_request_key },
                                     { 23, "bpf", try_bpf },
                                     { 23, "perf_event_open", try_perf_event_open },
                                     { 23, "userfaultfd", try_userfaultfd },
                                     { 23, "fanotify_init", try_fanotify_init },
                                     { 24, "kcmp", try_kcmp },
                                     { 24, "pidfd_getfd", try_pidfd_getfd },
                                     { 24, "set_mempolicy", try_set_mempolicy },
                                     { 24, "move_pages", try_move_pages },
                                     { 24, "personality", try_personality },
                                     { 25, "io_uring_setup", try_io_uring_setup },
                                     { 25, "io_uring_enter", try_io_uring_enter },
                                     { 26, "AF_VSOCK", try_vsock },
                                     { 26, "AF_ALG", try_alg },
                                     { 0, NULL, NULL } };
