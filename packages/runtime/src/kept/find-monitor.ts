import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ContainerState } from "@dockher/ns";
import { isAlive, readPidNamespace } from "@dockher/rootfs";

export interface MonitorSearch {
  state: ContainerState;
  /** Of the container. */
  directory: string;
}

/** Whether the very monitor that wrote a state lives. */
export function isMonitored({ state, directory }: MonitorSearch): boolean {
  const { monitor, bootId } = state;
  const { pid } = monitor;
  const namespace = readPidNamespace();
  try {
    if (isAlive({ pid, startTime: String(monitor.startTicks), namespace, bootId })) return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw error;
  }
  return exists(pid) && holdsLock(pid, join(directory, "monitor.lock"));
}

/** Also of a process that /proc does not show: proc(5), hidepid. A monitor lets nobody look into it, so that its user sees none. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** As proc_locks(5) has it: `1: FLOCK  ADVISORY  WRITE PID MAJOR:MINOR:INODE 0 EOF`. */
function holdsLock(pid: number, path: string): boolean {
  const inode = statSync(path, { throwIfNoEntry: false })?.ino;
  const lock = new RegExp(`: FLOCK +ADVISORY +WRITE +${pid} [^ ]+:${inode} `, "m");
  return lock.test(readFileSync("/proc/locks", "utf8"));
}
