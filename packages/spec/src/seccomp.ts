/** `linux.seccomp`: which system calls are answered how (config-linux.md, "Seccomp"). */
export interface LinuxSeccomp {
  /** The answer to what no rule fits. */
  defaultAction: SeccompAction;
  /** Of a default action that takes a number. Default EPERM. */
  defaultErrnoRet?: number;
  /** Besides that of the machine itself. */
  architectures?: SeccompArchitecture[];
  flags?: SeccompFlag[];
  /** A socket for user notification. */
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: LinuxSyscall[];
}

/** Seccomp(2), "SECCOMP_RET_*", under the names of libseccomp. `SCMP_ACT_KILL` is `SCMP_ACT_KILL_THREAD`. */
export type SeccompAction =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_NOTIFY";

/** As libseccomp names them: `SCMP_ARCH_X86_64`, `SCMP_ARCH_AARCH64`, … */
export type SeccompArchitecture = `SCMP_ARCH_${string}`;

export type SeccompFlag =
  | "SECCOMP_FILTER_FLAG_TSYNC"
  | "SECCOMP_FILTER_FLAG_LOG"
  | "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

export interface LinuxSyscall {
  names: string[];
  action: SeccompAction;
  /** What SCMP_ACT_ERRNO answers, what SCMP_ACT_TRACE tells the tracer. Default EPERM. */
  errnoRet?: number;
  /** All must fit; where one index stands there twice, any. */
  args?: LinuxSeccompArg[];
}

export interface LinuxSeccompArg {
  /** Which argument, 0 to 5. */
  index: number;
  /** Unsigned, 64 bits; the mask of SCMP_CMP_MASKED_EQ. */
  value: number | bigint;
  /** What remains behind the mask of SCMP_CMP_MASKED_EQ. */
  valueTwo?: number | bigint;
  op: SeccompOperator;
}

export type SeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";
