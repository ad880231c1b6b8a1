import type { RuntimeError } from "../error.js";
import { recordPrune } from "../events/journal.js";
import type { Directories } from "../options.js";
import type { LabelFilter } from "./label-filter.js";
import { listVolumes } from "./list-volumes.js";
import { measureTree } from "./measure-tree.js";
import { removeVolume } from "./remove-volume.js";
import { removeLeftovers } from "./stage.js";
import { isAnonymous } from "./volume.js";
import { locateVolumes } from "./volume-layout.js";

export interface PruneVolumesOptions {
  /** Named volumes too, not only anonymous ones. */
  all?: boolean;
  labels?: readonly LabelFilter[];
  directories?: Partial<Directories>;
  signal?: AbortSignal | undefined;
  /** Called for each volume that cannot be read, which is kept. */
  onDamaged?: (error: RuntimeError) => void;
}

export interface PrunedVolumes {
  /** Names. */
  removed: string[];
  /** Bytes of the files that were in them. */
  reclaimed: number;
}

/** Removes the volumes that no running container uses. */
export async function pruneVolumes(options: PruneVolumesOptions = {}): Promise<PrunedVolumes> {
  const { all = false, signal, directories = {} } = options;
  const unused = await listVolumes({ ...options, dangling: true });
  const pruned: PrunedVolumes = { removed: [], reclaimed: 0 };
  for (const volume of unused) {
    if (!all && !isAnonymous(volume)) continue;
    signal?.throwIfAborted();
    const size = await measureTree(volume.mountpoint);
    try {
      await removeVolume({ name: volume.name, directories, signal });
    } catch (error) {
      // Somebody came to use it, or removed it, in the meantime.
      const { code } = error as RuntimeError;
      if (code === "VOLUME_IN_USE" || code === "VOLUME_NOT_FOUND") continue;
      throw error;
    }
    pruned.removed.push(volume.name);
    pruned.reclaimed += size;
  }
  await removeLeftovers(locateVolumes(directories));
  recordPrune(directories, { type: "volume", reclaimed: pruned.reclaimed });
  return pruned;
}
