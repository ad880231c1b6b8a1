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
