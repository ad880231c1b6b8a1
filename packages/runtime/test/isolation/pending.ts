/** What only a system call filter can hold. This list goes when there is one. */
export const NEEDS_SECCOMP: readonly string[] = [
  "8 bare",
  "14 seccomp filter",
  "16 fsconfig",
  "18 unshare user",
  "18 clone user",
  "19 clone3",
  "22 quotactl",
  "22 syslog",
  "23 keyctl",
  "23 add_key",
  "23 request_key",
  "23 bpf",
  "23 perf_event_open",
  "23 userfaultfd",
  "23 fanotify_init",
  "24 kcmp",
  "24 pidfd_getfd",
  "24 set_mempolicy",
  "24 move_pages",
  "24 personality",
  "25 io_uring_setup",
  "25 io_uring_enter",
  "26 AF_VSOCK",
  "26 AF_ALG",
  "27 int 0x80 unshare user",
  "27 int 0x80 keyctl",
  "27 int 0x80 bpf",
  "28 socketcall AF_VSOCK",
  "28 socketcall AF_ALG",
];

/** Of these, what some hosts refuse by themselves: with the sysctl kernel.dmesg_restrict. */
export const SOMETIMES_REFUSED: ReadonlySet<string> = new Set(["22 syslog"]);

/** What a kernel says that does not have what was asked for: then nothing can be reached, and a pass proves nothing. */
export const LACKING: ReadonlySet<string> = new Set(["ENOSYS", "EAFNOSUPPORT"]);

/** Checks that hold wherever they are made on some machines, and why. */
export const NEVER_FAILING: Readonly<Record<string, string>> = {
  "11 lowering oom_score_adj": "root without CAP_SYS_RESOURCE cannot either",
  "11 raising a hard limit": "root without CAP_SYS_RESOURCE cannot either",
  "11 real-time scheduling": "a cgroup may have no real-time bandwidth (CONFIG_RT_GROUP_SCHED)",
  "53 scheduling policy": "a cgroup may have no real-time bandwidth (CONFIG_RT_GROUP_SCHED)",
  "42 disk of the host": "some virtual machines let nobody open theirs; loop0 stands in for it",
  "50 daemon": "the probe only leaves it, the test looks for it afterwards",
};
