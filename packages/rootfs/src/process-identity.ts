import { readFileSync, readlinkSync } from "node:fs";
import { hasErrno, RootfsError } from "./error.js";

/** A process, or a thread of it, that no later one can be mistaken for, although its number is used again. */
export interface ProcessIdentity {
  /** Of a worker thread its own: it can end before the process does. */
  pid: number;
  /** Clock ticks after boot, field 22 of `/proc/PID/stat` (proc(5)). */
  startTime: string;
  /** The inode of the PID namespace that gives `pid` its meaning. */
  namespace: string;
  bootId: string;
}

/** The identity of the calling process, or of the calling worker thread. */
export function identifySelf(): ProcessIdentity {
  const stat = readStat("thread-self");
  if (stat === undefined) {
    throw new RootfsError("failed to read /proc/thread-self/stat: /proc is not mounted", {
      code: "PROC_UNAVAILABLE",
      hint: "mount -t proc proc /proc",
    });
  }
  return { ...stat, namespace: readPidNamespace(), bootId: readBootId() };
}

/**
 * Whether the process still runs: the same pid, with the same start time, since the same boot.
 * A process of another PID namespace cannot be looked up and counts as alive until the next boot.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  if (readBootId() !== identity.bootId) return false;
  if (readPidNamespace() !== identity.namespace) return true;
  return readStat(identity.pid)?.startTime === identity.startTime;
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

// Neither changes while a process lives, and a list of containers asks for both of them again and again.
let bootId: string | undefined;
let namespace: string | undefined;

function readBootId(): string {
  bootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return bootId;
}

/** The inode of the PID namespace that the calling process is in. */
export function readPidNamespace(): string {
  namespace ??= readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  return namespace;
}

function readStat(
  pid: number | "thread-self",
): Pick<ProcessIdentity, "pid" | "startTime"> | undefined {
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
  const [state = "Z"] = fields;
  const startTime = fields[19];
  if (state === "Z" || state === "X" || startTime === undefined) return undefined;
  return { pid: Number.parseInt(stat, 10), startTime };
}
