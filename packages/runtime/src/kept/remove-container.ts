import { connectMonitor, NsError } from "@dockher/ns";
import { removeTree, resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { recordContainerEvent } from "../events/journal.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import {
  abandonClaim,
  type ContainerRecord,
  isKept,
  locateContainer,
  locateState,
  releaseClaim,
} from "../state/claim.js";
import { removeVolumesOf } from "../volumes/prepare-volumes.js";
import { isLive, readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findRecord,
  type KeptContainer,
  readConfigOf,
  rootOf,
} from "./find-container.js";
import { lockContainer } from "./lock-container.js";
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
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_AMBIGUOUS`, `CONTAINER_RUNNING`, `CHANGE_FAILED`; without force `CONFIG_INVALID`,
 * `STATE_INVALID`, `LOCK_MISSING`
 */
export async function removeContainer(options: RemoveContainerOptions): Promise<void> {
  const { container, directories = {}, force = false } = options;
  const record = findRecord(locateState(resolveDirectories(directories).root), container);
  if (!isKept(record)) throw refuseRunning(container);
  const found = { record, directory: locateContainer(record) };
  const damages = force ? DAMAGES : NONE;
  const config = await unless(damages, () => readConfigOf(record));
  using _ = await unless(damages, () => lockContainer(found, options));
  if (force) await kill(found);
  else if (isLive(readStatus(found))) throw refuseRunning(config?.name ?? container);
  await removeAll(record, options).catch((error: unknown) => {
    throw wrapSystemError(error, { action: "remove the container", code: "CHANGE_FAILED" });
  });
  if (config !== undefined) recordContainerEvent(rootOf(record), config, "destroy");
}

/** What force passes over: nothing could start such a container again. */
const DAMAGES: ReadonlySet<string> = new Set(["CONFIG_INVALID", "LOCK_MISSING"]);
const NONE: ReadonlySet<string> = new Set();

/** Undefined where it fails with one of the codes. */
async function unless<T>(
  codes: ReadonlySet<string>,
  act: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RuntimeError && codes.has(error.code)) return undefined;
    throw error;
  }
}

/** Whatever its files say: who knows is its monitor. */
async function kill({ directory }: Pick<KeptContainer, "directory">) {
  try {
    await using monitor = await connectMonitor({ directory });
    // Not by a signal alone: what waits for its next start, or has just ended, takes none.
    await monitor.stop({ signal: "SIGKILL", timeoutMilliseconds: 0 });
  } catch (error) {
    // It does not run, or ended by itself meanwhile.
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
