import { readControl } from "./control-file.js";
import { listTree } from "./directory.js";
import { errnoOf, wrapErrno } from "./error.js";

/**
 * The processes of a cgroup and of all below it, in no order. A process that our PID namespace does not show
 * reads as 0 and is left out, because 0 means the caller's own group to kill(2).
 */
export function listPids(directory: string): number[] {
  return listTree(directory).flatMap((cgroup) =>
    (readControl(cgroup, "cgroup.procs") ?? "")
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0),
  );
}

/** Sends a signal to each process that is in the cgroup now. */
export function signalPids(directory: string, signal: NodeJS.Signals): void {
  for (const pid of listPids(directory)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errnoOf(error) !== "ESRCH") throw wrapErrno(`send ${signal} to process ${pid}`, error);
    }
  }
}
