import { ImageStore, type RootfsError, resolveDirectories } from "@dockher/rootfs";
import { recordPrune } from "../events/journal.js";
import { findImageUsers } from "../state/find-image-users.js";
import { matchesLabels } from "../volumes/label-filter.js";
import type { PruneOptions } from "./prune-containers.js";

export interface PruneImagesOptions extends Omit<PruneOptions, "onDamaged"> {
  /** Those with a name too, where no container has them. Default false. */
  all?: boolean;
}

export interface PrunedImages {
  untagged: string[];
  /** Ids. */
  deleted: string[];
  /** Bytes of their files. */
  reclaimed: number;
}

/** Removes images that no container has, running or not. */
export async function pruneImages(options: PruneImagesOptions = {}): Promise<PrunedImages> {
  const { all = false, labels = [], createdBefore, signal } = options;
  const store = ImageStore.open(resolveDirectories(options.directories ?? {}));
  const { directories } = store;
  const findUsers = ({ id }: { id: string }) => findImageUsers({ imageId: id, directories });
  const pruned: PrunedImages = { untagged: [], deleted: [], reclaimed: 0 };
  for (const image of await store.list()) {
    if (!all && image.references.length > 0) continue;
    if (createdBefore !== undefined && image.created >= createdBefore) continue;
    if (!matchesLabels({ labels: image.config.config.Labels ?? {} }, labels)) continue;
    if (findUsers(image).length > 0) continue;
    signal?.throwIfAborted();
    try {
      const { untagged, deleted } = await store.remove(image.id, { findUsers });
      pruned.untagged.push(...untagged);
      if (deleted === undefined) continue;
      pruned.deleted.push(deleted);
      pruned.reclaimed += image.size;
    } catch (error) {
      // Somebody came to use it, or removed it, meanwhile.
      const { code } = error as RootfsError;
      if (code !== "IMAGE_IN_USE" && code !== "IMAGE_NOT_FOUND") throw error;
    }
  }
  recordPrune(directories, { type: "image", reclaimed: pruned.reclaimed });
  return pruned;
}
