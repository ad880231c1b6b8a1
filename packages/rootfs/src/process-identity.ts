import { readFileSync, readlinkSync } from "node:fs";
import { hasErrno, RootfsError } from "./error.js";

/** A process that no later one can be mistaken for, although its pid is used again. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot, field 22 of `/proc/PID/stat` (proc(5)). */
  startTime: string;
  /** The inode of the PID namespace that gives `pid` its meaning. */
  namespace: string;
  bootId: string;
}

/** The identity of the calling process. */
export function identifySelf(): ProcessIdentity {
  const startTime = readStartTime("self");
  if (startTime === undefined) {
    throw new RootfsError("failed to read /proc/self/stat: /proc is not mounted", {
      code: "PROC_UNAVAILABLE",
    });
  }
  return { pid: process.pid, startTime, namespace: readNamespace(), bootId: readBootId() };
}

/**
 * Whether the process still runs: the same pid, with the same start time, since the same boot.
 * A process of another PID namespace cannot be looked up and counts as alive until the next boot.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  if (readBootId() !== identity.bootId) return false;
  if (readNamespace() !== identity.namespace) return true;
  return readStartTime(identity.pid) === identity.startTime;
}

/** A form that fits in a file name. */
export function formatIdentity(identity: ProcessIdentity): string {
  return [identity.pid, identity.startTime, identity.namespace, identity.bootId].join(".");
}

/** Reads {@link formatIdentity}'s form; undefined for anything else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.([0-9a-f-]+)$/.exec(text);
  const [, pid, startTime, namespace, bootId] = match ?? [];
  if (!pid || !startTime || !namespace || !bootId) return undefined;
  return { pid: Number(pid), startTime, namespace, bootId };
}

function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function readNamespace(): string {
  return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
}

function readStartTime(pid: number | "self"): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    // Anything else says that we cannot look, not that it is gone.
    if (!hasErrno(error, "ENOENT", "ESRCH")) throw error;
    return undefined;
  }
  // The second field is the name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? undefined : fields[19];
}
