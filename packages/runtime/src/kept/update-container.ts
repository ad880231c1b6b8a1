import { connectMonitor, NsError, type RestartPolicy } from "@dockher/ns";
import type { LinuxResources } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import { recordContainerEvent } from "../events/journal.js";
import { openContainerCgroup } from "../lifecycle/container-cgroup.js";
import { checkRestart } from "../lifecycle/join-containers.js";
import { UndoList } from "../lifecycle/undo-list.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import type { Limits } from "../options.js";
import { generateResources } from "../spec/generate-resources.js";
import { writeConfig } from "./container-config.js";
import { isLive, readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  rootOf,
} from "./find-container.js";
import { lockContainer } from "./lock-container.js";

export interface UpdateContainerOptions extends ContainerTarget {
  /** What is not named stays. */
  limits?: Limits;
  restart?: RestartPolicy;
}

/**
 * Changes the limits and the restart policy of a container, at once where it runs. One that fails changes nothing.
 * @throws RuntimeError `INVALID_LIMIT`, `CONFLICTING_OPTIONS`, `CHANGE_FAILED`; CgroupError `CGROUP_BUSY` where more memory is in use
 */
export async function updateContainer(options: UpdateContainerOptions): Promise<void> {
  const found = findContainer(options);
  using _ = await lockContainer(found);
  // As it is now that nobody else changes it.
  const current = findContainer({ ...options, container: found.record.id });
  const { config, directory } = current;
  const limits = { ...config.options.limits, ...options.limits };
  generateResources(limits);
  const restart = options.restart ?? config.restart;
  if (config.autoRemove && restart.name !== "no") {
    throw new RuntimeError(
      `failed to update container ${config.name}: one that is removed at its end cannot restart`,
      { code: "CONFLICTING_OPTIONS" },
    );
  }
  checkRestart(config.options, restart);
  const undo = new UndoList();
  try {
    undo.push(() => writeConfig(directory, config));
    writeConfig(directory, { ...config, restart, options: { ...config.options, limits } });
    if (isLive(readStatus(found))) await updateUnlessEnded(current, { limits, restart }, undo);
  } catch (error) {
    await undo.run();
    throw wrapSystemError(error, { action: "update the container", code: "CHANGE_FAILED" });
  }
  recordContainerEvent(rootOf(found.record), config, "update");
}

type Changes = Required<Pick<UpdateContainerOptions, "limits" | "restart">>;

/** Of one that ends meanwhile only the configuration is left to change. */
async function updateUnlessEnded(
  found: KeptContainer,
  changes: Changes,
  undo: UndoList,
): Promise<void> {
  try {
    await updateRunning(found, changes, undo);
  } catch (error) {
    const gone = error instanceof NsError && error.code === "MONITOR_GONE";
    if (!gone && isLive(readStatus(found))) throw error;
  }
}

/** The cgroup comes last: it takes all of its limits or none. */
async function updateRunning(
  { record, directory, config }: KeptContainer,
  { limits, restart }: Changes,
  undo: UndoList,
): Promise<void> {
  const cgroup = openContainerCgroup(record);
  const before = generateResources(config.options.limits ?? {});
  const after = generateResources(limits);
  const changed = JSON.stringify(after) !== JSON.stringify(before);
  if (changed && cgroup === undefined) {
    throw new RuntimeError(`failed to update container ${config.name}: it has no cgroup`, {
      code: "INVALID_LIMIT",
      hint: "dockher doctor says what to change, so that it has one",
    });
  }
  await using monitor = await connectMonitor({ directory });
  undo.push(async () => {
    await using again = await connectMonitor({ directory });
    await again.setRestartPolicy(config.restart);
  });
  await monitor.setRestartPolicy(restart);
  if (changed) await cgroup?.update(liftMissing(after, before));
}

/** What is limited no longer is said to be unlimited. */
function liftMissing(after: LinuxResources, before: LinuxResources): LinuxResources {
  const lifted: LinuxResources = { ...after };
  if (before.pids !== undefined && after.pids === undefined) lifted.pids = { limit: -1 };
  if (before.cpu?.quota !== undefined && after.cpu?.quota === undefined) {
    lifted.cpu = { ...after.cpu, quota: -1 };
  }
  return lifted;
}
