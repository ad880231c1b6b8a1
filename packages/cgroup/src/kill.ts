import type { Cgroup } from "./cgroup.js";
import { CgroupError } from "./error.js";
import { listPids, signalPids } from "./processes.js";
import { type WaitOptions, waitUntil } from "./wait.js";

/** A process in uninterruptible sleep does not freeze; then the rest is killed all the same. */
const FREEZE_MS = 1000;

/**
 * Kills all by hand where the kernel has no cgroup.kill: frozen processes cannot fork away from the signal. On v1 they
 * die once they are thawed.
 */
export async function killFrozen(
  cgroup: Pick<Cgroup, "freeze" | "thaw">,
  directory: string,
  options: WaitOptions,
): Promise<void> {
  if (listPids(directory).length === 0) return;
  try {
    await cgroup.freeze({ ...options, timeoutMs: FREEZE_MS });
  } catch (error) {
    if (!(error instanceof CgroupError && error.code === "CGROUP_TIMEOUT")) throw error;
  }
  try {
    signalPids(directory, "SIGKILL");
  } finally {
    await cgroup.thaw(options);
  }
  await waitUntil({
    action: `kill cgroup ${directory}`,
    reached: () => {
      signalPids(directory, "SIGKILL");
      return listPids(directory).length === 0;
    },
    ...options,
  });
}
