import type { LinuxSeccompArg } from "@dockher/spec";
import { ALLOWED_CALLS } from "./allowed-calls.js";
import type { ProfileRule, SeccompProfile } from "./profile.js";

const EPERM = 1;
/** What Linux itself says to TIOCSTI where dev.tty.legacy_tiocsti is 0. */
const EIO = 5;
const ENOSYS = 38;

/** linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NAMESPACE_FLAGS = 0x7e02_0000;

/** personality(2): none, and the flags that programs ask for to run older ones; the last one only asks. */
const PERSONALITIES = [0, 0x0008, 0x2_0000, 0x2_0008, 0xffff_ffff];

/**
 * All address families below 64 but 38, AF_ALG (CVE-2026-31431), and 40, AF_VSOCK, which no namespace holds. The kernel takes the
 * family as an int, so no more than 32 bits may be looked at: "greater than 40" in 64 bits lets 2^32 + 40 pass.
 */
const FAMILIES: readonly { bits: number; of: number }[] = [
  { bits: 5, of: 0 },
  { bits: 2, of: 32 },
  { bits: 1, of: 36 },
  { bits: 0, of: 39 },
  { bits: 0, of: 41 },
  { bits: 1, of: 42 },
  { bits: 2, of: 44 },
  { bits: 4, of: 48 },
];

/** asm-generic/ioctls.h: TIOCSTI and TIOCLINUX type into a terminal (CVE-2017-5226). The kernel takes the request as an int. */
const TYPING_REQUESTS = [0x5412, 0x541c];

/** What a capability is needed for anyway, and is only in the way without it. */
const CAPABILITY_CALLS: Readonly<Record<string, string>> = {
  CAP_BPF: "bpf",
  CAP_DAC_READ_SEARCH: "open_by_handle_at",
  CAP_PERFMON: "perf_event_open",
  CAP_SYSLOG: "syslog",
  CAP_SYS_ADMIN:
    "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr lsm_list_modules " +
    "lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname " +
    "sethostname setns syslog umount umount2 unshare",
  CAP_SYS_BOOT: "reboot",
  CAP_SYS_CHROOT: "chroot",
  CAP_SYS_MODULE: "delete_module finit_module init_module",
  CAP_SYS_NICE: "get_mempolicy mbind set_mempolicy set_mempolicy_home_node",
  CAP_SYS_PACCT: "acct",
  CAP_SYS_PTRACE: "kcmp pidfd_getfd process_madvise",
  CAP_SYS_RAWIO: "ioperm iopl",
  CAP_SYS_TIME: "clock_settime clock_settime64 settimeofday stime",
  CAP_SYS_TTY_CONFIG: "vhangup",
};

/** The capabilities that {@link DEFAULT_PROFILE} asks for. */
export const PROFILE_CAPABILITIES: readonly string[] = Object.keys(CAPABILITY_CALLS);

function allow(names: string, arg?: LinuxSeccompArg): ProfileRule {
  return {
    names: names.trim().split(/\s+/),
    action: "SCMP_ACT_ALLOW",
    ...(arg === undefined ? {} : { args: [arg] }),
  };
}

function allowFamilies(): ProfileRule[] {
  return FAMILIES.map(({ bits, of }) =>
    allow("socket socketpair", {
      index: 0,
      value: 0x1_0000_0000 - 2 ** bits,
      valueTwo: of,
      op: "SCMP_CMP_MASKED_EQ",
    }),
  );
}

/** Exact values count before limits, so that the last rule is for all other requests. */
function allowRequests(): ProfileRule[] {
  const refused = TYPING_REQUESTS.map((request): ProfileRule => {
    return {
      names: ["ioctl"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: EIO,
      args: [{ index: 1, value: 0xffff_ffff, valueTwo: request, op: "SCMP_CMP_MASKED_EQ" }],
    };
  });
  return [...refused, allow("ioctl", { index: 1, value: 0, op: "SCMP_CMP_GE" })];
}

/** Docker's newest profile, but for what the README lists. socketcall(2) is left to `SOCKETCALL_RULE`. */
export const DEFAULT_PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: EPERM,
  archMap: [
    {
      architecture: "SCMP_ARCH_X86_64",
      subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ],
  syscalls: [
    allow(ALLOWED_CALLS),
    ...allowFamilies(),
    ...allowRequests(),
    ...PERSONALITIES.map((value) => allow("personality", { index: 0, value, op: "SCMP_CMP_EQ" })),
    { ...allow("arch_prctl modify_ldt"), includes: { arches: ["amd64"] } },
    {
      ...allow(
        "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2",
      ),
      includes: { arches: ["arm64"] },
    },
    ...Object.entries(CAPABILITY_CALLS).map(
      ([capability, names]): ProfileRule => ({
        ...allow(names),
        includes: { caps: [capability] },
      }),
    ),
    {
      ...allow("clone", {
        index: 0,
        value: NAMESPACE_FLAGS,
        valueTwo: 0,
        op: "SCMP_CMP_MASKED_EQ",
      }),
      excludes: { caps: ["CAP_SYS_ADMIN"] },
    },
    {
      // Its flags lie in memory. A libc that is told that there is no such call uses clone(2).
      names: ["clone3"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: ENOSYS,
      excludes: { caps: ["CAP_SYS_ADMIN"] },
    },
  ],
};

/** Opens the way of 32-bit x86 programs to all families: behind socketcall(2) no filter sees which. */
export const SOCKETCALL_RULE: ProfileRule = allow("socketcall");
