import { resolveDirectories } from "@dockher/rootfs";
import type { RuntimeError } from "../error.js";
import { recordPrune } from "../events/journal.js";
import { isLive } from "../kept/container-status.js";
import { listContainers } from "../kept/list-containers.js";
import { measureContainer } from "../kept/measure-container.js";
import { removeContainer } from "../kept/remove-container.js";
import type { Directories } from "../options.js";
import { locateState } from "../state/claim.js";
import { sweepContainers } from "../state/sweep.js";
import { type LabelFilter, matchesLabels } from "../volumes/label-filter.js";

export interface PruneOptions {
  /** Those that all of these apply to. */
  labels?: readonly LabelFilter[];
  /** Those that were created before. */
  createdBefore?: Date;
  directories?: Partial<Directories>;
  signal?: AbortSignal;
  /** Told of each thing that cannot be read, which is kept. */
  onDamaged?: (error: Error) => void;
}

export interface PrunedContainers {
  /** Ids. */
  removed: string[];
  /** Bytes of the files that they had written. */
  reclaimed: number;
}

/** Removes the containers that do not run, and what a crash has left of others. */
export async function pruneContainers(options: PruneOptions = {}): Promise<PrunedContainers> {
  const { labels = [], createdBefore, directories = {}, signal, onDamaged = () => {} } = options;
  const pruned: PrunedContainers = { removed: [], reclaimed: 0 };
  for (const container of listContainers({ all: true, directories, onDamaged })) {
    if (isLive(container.status) || !matchesLabels(container, labels)) continue;
    if (createdBefore !== undefined && container.created >= createdBefore) continue;
    signal?.throwIfAborted();
    const target = { container: container.id, directories };
    try {
      const { written } = await measureContainer(target);
      await removeContainer({ ...target, ...(signal && { signal }) });
      pruned.removed.push(container.id);
      pruned.reclaimed += written;
    } catch (error) {
      // Somebody started or removed it meanwhile.
      const { code } = error as RuntimeError;
      if (code !== "CONTAINER_RUNNING" && code !== "CONTAINER_NOT_FOUND") throw error;
    }
  }
  await sweepContainers(locateState(resolveDirectories(directories).root));
  recordPrune(directories, { type: "container", reclaimed: pruned.reclaimed });
  return pruned;
}
