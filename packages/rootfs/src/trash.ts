import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno } from "./error.js";
import { isAlive, parseIdentity } from "./process-identity.js";
import { removeTree } from "./remove-tree.js";
import type { StoreLayout } from "./store-layout.js";
import { makeUnique } from "./write-whole.js";

/** Moves a file or a tree out of sight in one step; {@link emptyTrash} deletes it. */
export async function moveToTrash(layout: StoreLayout, path: string): Promise<string> {
  await mkdir(layout.trash, { recursive: true });
  const grave = join(layout.trash, makeUnique());
  await mkdir(grave);
  const buried = join(grave, "tree");
  await rename(path, buried);
  return buried;
}

/** Deletes what was moved to the trash, by this process or by one that died. */
export async function emptyTrash(layout: StoreLayout): Promise<void> {
  for (const name of await listNames(layout.trash)) await removeTree(join(layout.trash, name));
}

/** Removes the stages of processes that died. */
export async function collectStages(layout: StoreLayout): Promise<void> {
  for (const name of await listNames(layout.stage)) {
    const owner = parseIdentity(name.slice(0, name.lastIndexOf(".")));
    if (owner && isAlive(owner)) continue;
    try {
      await moveToTrash(layout, join(layout.stage, name));
    } catch (error) {
      if (!hasErrno(error, "ENOENT")) throw error;
    }
  }
  await emptyTrash(layout);
}

async function listNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return [];
    throw error;
  }
}
