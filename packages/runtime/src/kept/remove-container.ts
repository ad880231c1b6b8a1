import { connectMonitor, NsError } from "@dockher/ns";
import { removeTree, resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { recordContainerEvent } from "../events/journal.js";
import {
  abandonClaim,
  type ContainerRecord,
  isKept,
  locateContainer,
  locateState,
  releaseClaim,
} from "../state/claim.js";
import { removeVolumesOf } from "../volumes/prepare-volumes.js";
import { readConfig } from "./container-config.js";
import { isLive, readStatus } from "./container-status.js";
import { type ContainerTarget, findRecord, type KeptContainer, rootOf } from "./find-container.js";
import { lockContainer } from "./lock-container.js";
import { thawContainer } from "./pause-container.js";
import { releaseResources } from "./release-resources.js";

export interface RemoveContainerOptions extends ContainerTarget {
  /** Kills a container that runs, and takes one whose files are damaged. */
  force?: boolean;
  /** Removes its anonymous volumes as well. Default false, as in Docker. */
  volumes?: boolean;
  signal?: AbortSignal;
}

/**
 * Removes a kept container with all that it wrote.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_AMBIGUOUS`, `CONTAINER_RUNNING`
 */
export async function removeContainer(options: RemoveContainerOptions): Promise<void> {
  const { container, directories = {}, force = false } = options;
  const record = findRecord(locateState(resolveDirectories(directories).root), container);
  if (!isKept(record)) throw refuseRunning(container);
  const directory = locateContainer(record);
  const config = readConfigUnless(force, directory);
  if (config !== undefined) {
    using _ = await lockContainer({ directory, config }, options);
    await end({ record, directory, config }, { force });
    await removeAll(record, options);
    recordContainerEvent(rootOf(record), config, "destroy");
  } else {
    await removeAll(record, options);
  }
}

/** With force a container goes whose configuration nobody can read: nothing could start it again. */
function readConfigUnless(force: boolean, directory: string) {
  try {
    return readConfig(directory);
  } catch (error) {
    if (!force) throw error;
    return undefined;
  }
}

async function end(
  { record, directory, config }: KeptContainer,
  { force }: { force: boolean },
): Promise<void> {
  if (!isLive(readStatus({ record, directory }))) return;
  if (!force) throw refuseRunning(config.name);
  try {
    await using monitor = await connectMonitor({ directory });
    const ended = monitor.wait();
    const killed = monitor.kill("SIGKILL", { keepStopped: true });
    await Promise.all([ended, killed.then(() => thawContainer(record))]);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof NsError && error.code === "MONITOR_GONE")) throw error;
  }
}

async function removeAll(
  record: ContainerRecord,
  { volumes = false }: RemoveContainerOptions,
): Promise<void> {
  // A crash from here on leaves nothing that somebody could take for a container.
  abandonClaim(record);
  await releaseResources(record);
  if (volumes) await removeVolumesOf(record);
  await removeTree(locateContainer(record));
  releaseClaim(record);
}

function refuseRunning(container: string): RuntimeError {
  return new RuntimeError(`failed to remove container ${container}: it is running`, {
    code: "CONTAINER_RUNNING",
    hint: `stop it first: dockher stop ${container}, or dockher rm -f ${container}`,
  });
}
