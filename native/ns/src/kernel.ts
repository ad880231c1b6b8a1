import { constants } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { binding } from "./binding.js";
import { describeErrno } from "./errno.js";
import { failedCall, NsError } from "./error.js";
import { numberSignal } from "./exit.js";

function check(result: number, what: string): number {
  if (result < 0) throw failedCall(what, result);
  return result;
}

/**
 * Of open(2), where Node has no name for it: a descriptor that stands for a file without opening it. A FIFO does not block, a
 * device does nothing.
 */
export const O_PATH = 0o10000000;

export interface OpenInRootOptions {
  root: string;
  /** Resolved as if `root` were `/`: neither `..` nor a symlink leads out of it. */
  path: string;
  /** open(2) flags, `fs.constants.O_*`. Read-only without them; O_CLOEXEC is always set, O_NONBLOCK without {@link O_PATH}. */
  flags?: number;
  /** Of a file that O_CREAT makes. */
  mode?: number;
}

/**
 * Open a file of a root file system that may be hostile (openat2(2), RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS).
 * Does not wait for a FIFO's other end; whoever reads should still refuse what is no regular file.
 * @returns a descriptor
 */
export function openInRoot({ root, path, flags = 0, mode = 0 }: OpenInRootOptions): number {
  for (const text of [root, path])
    if (text.includes("\0"))
      throw new NsError("failed to open a path with a NUL byte", { code: "INVALID_PLAN" });
  // openat2(2) refuses what has no meaning together with O_PATH.
  const wait = flags & O_PATH ? 0 : constants.O_NONBLOCK;
  const result = binding.openInRoot(root, path, flags | wait, mode);
  return check(result, `open ${path} in ${root}`);
}

/** Lock a file (flock(2)) unless somebody else has it locked. The kernel unlocks it when the last descriptor closes. */
export function tryLock(fd: number, kind: "exclusive" | "shared" = "exclusive"): boolean {
  const result = binding.tryLock(fd, kind === "shared");
  if (result < 0 && describeErrno(-result).name === "EAGAIN") return false;
  check(result, `lock descriptor ${fd}`);
  return true;
}

export interface LockOptions {
  kind?: "exclusive" | "shared";
  signal?: AbortSignal | undefined;
}

/** Milliseconds. There is no event for a lock that becomes free. */
const FIRST_WAIT = 2;
const LONGEST_WAIT = 50;

/** Lock a file, waiting as long as somebody else has it locked. */
export async function lock(fd: number, { kind, signal }: LockOptions = {}): Promise<void> {
  for (let wait = FIRST_WAIT; !tryLock(fd, kind); wait = Math.min(wait * 2, LONGEST_WAIT))
    await sleep(wait, undefined, signal === undefined ? {} : { signal });
}

/** A descriptor that stands for a process, not for its number (pidfd_open(2)). */
export function openPidfd(pid: number): number {
  return check(binding.pidfdOpen(pid), `open process ${pid}`);
}

/** Signal a process by pidfd. False where it has ended. Signal 0 only asks. */
export function sendSignal(pidfd: number, signal: number | NodeJS.Signals): boolean {
  const result = binding.pidfdSendSignal(pidfd, numberSignal(signal));
  if (result < 0 && describeErrno(-result).name === "ESRCH") return false;
  check(result, "send a signal");
  return true;
}

export interface DeviceFilter {
  /** Of the cgroup v2. */
  directory: string;
  /** Instructions of BPF, 8 bytes each, of type BPF_PROG_TYPE_CGROUP_DEVICE. */
  program: Uint8Array;
}

/** Let a program decide which devices a cgroup may open and make (bpf(2)). It lives as long as the cgroup. */
export function attachDeviceFilter({ directory, program }: DeviceFilter): void {
  check(
    binding.attachDeviceFilter(directory, program),
    `filter the devices of cgroup ${directory}`,
  );
}

/** The system calls that a start needs and this kernel, or a filter around this process, lacks. */
export function findMissingSystemCalls(): string[] {
  return binding.missingSystemCalls();
}
