import type { SeccompAction } from "@dockher/spec";

/** linux/seccomp.h, SECCOMP_RET_*. Notification is missing: it needs somebody who listens. */
const RETURN_VALUES: Readonly<Record<Exclude<SeccompAction, "SCMP_ACT_NOTIFY">, number>> = {
  SCMP_ACT_KILL_PROCESS: 0x8000_0000,
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_TRAP: 0x0003_0000,
  SCMP_ACT_ERRNO: 0x0005_0000,
  SCMP_ACT_TRACE: 0x7ff0_0000,
  SCMP_ACT_LOG: 0x7ffc_0000,
  SCMP_ACT_ALLOW: 0x7fff_0000,
};

const EPERM = 1;

export const KILL_THREAD: number = RETURN_VALUES.SCMP_ACT_KILL_THREAD;
/** What a kernel answers that has no such call. */
export const ERRNO_ENOSYS: number = RETURN_VALUES.SCMP_ACT_ERRNO | 38;

/** What the program returns to the kernel for an action. */
export function toReturnValue(action: SeccompAction, errnoRet: number = EPERM): number {
  const value = RETURN_VALUES[action as keyof typeof RETURN_VALUES];
  return takesNumber(action) ? value | errnoRet : value;
}

/** Whether the action hands on a number. */
export function takesNumber(action: SeccompAction): boolean {
  return action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
}

/** Whether the call may happen after it. */
export function isPermissive(action: SeccompAction): boolean {
  return action === "SCMP_ACT_ALLOW" || action === "SCMP_ACT_LOG" || action === "SCMP_ACT_TRACE";
}
