import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { formatIdentity, identifySelf } from "../process-identity.js";
import { removeTree } from "../remove-tree.js";
import type { StoreLayout } from "../store-layout.js";
import { emptyTrash, moveToTrash } from "../trash.js";
import { makeUnique } from "../write-whole.js";

/** A directory on the store's file system in which an image is made. */
export interface Stage extends AsyncDisposable {
  path: string;
  /** The layer in the making: `diff` and `layer.json`, renamed into the store as a whole. */
  layer: string;
  /** The root filesystem in the making, `<layer>/diff`. */
  tree: string;
}

/** Makes a stage that is removed when disposed of, or by the next bootstrap if we die before. */
export async function openStage(layout: StoreLayout): Promise<Stage> {
  const path = join(layout.stage, `${formatIdentity(identifySelf())}.${makeUnique()}`);
  const layer = join(path, "layer");
  const tree = join(layer, "diff");
  await mkdir(tree, { recursive: true });
  // The root directory of every container, whatever the caller's umask is.
  await chmod(tree, 0o755);
  const dispose = async (): Promise<void> => {
    try {
      await moveToTrash(layout, path);
    } catch {
      // On a full disk even the trash's own directory may not be had.
      await removeTree(path);
    }
    await emptyTrash(layout);
  };
  return { path, layer, tree, [Symbol.asyncDispose]: dispose };
}
