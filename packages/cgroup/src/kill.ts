import type { Cgroup } from "./cgroup.js";
import { listPids, signalPids } from "./processes.js";
import { type WaitOptions, waitUntil } from "./wait.js";

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
  await cgroup.freeze(options);
  try {
    signalPids(directory, "SIGKILL");
  } finally {
    await cgroup.thaw(options);
  }
  await waitUntil({
    action: `kill cgroup ${directory}`,
    reached: () => listPids(directory).length === 0,
    ...options,
  });
}
