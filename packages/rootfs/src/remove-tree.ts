import { type Dirent, opendirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { hasErrno, RootfsError } from "./error.js";

/**
 * What a container that wrote little leaves behind is removed at once: a call takes microseconds, its way through libuv's
 * threads many more. Above this, the main thread would be blocked for too long.
 */
const ENTRY_LIMIT = 64;

/**
 * Removes a directory with everything below it, whatever a container left there: closed, deep or
 * huge trees, names longer than a path may be, immutable files. Links are never followed.
 * @throws RootfsError `REMOVE_FAILED`
 */
export async function removeTree(path: string): Promise<void> {
  if (removeSmallTree(path, { left: ENTRY_LIMIT })) return;
  const { removeByCommand } = await import("./remove-by-command.js");
  const failure = await removeByCommand(path);
  if (failure === undefined) return;
  throw new RootfsError(`failed to remove ${path}: ${failure.split("\n")[0]}`, {
    code: "REMOVE_FAILED",
  });
}

/** False where the tree has more entries than the budget, or something resists. */
function removeSmallTree(path: string, budget: { left: number }): boolean {
  try {
    using directory = openDirectory(path);
    for (let entry = directory.read(); entry !== null; entry = directory.read()) {
      if (budget.left-- <= 0) return false;
      const child = join(path, entry.name);
      if (!entry.isDirectory()) unlinkIfThere(child);
      else if (!removeSmallTree(child, budget)) return false;
    }
    rmdirSync(path);
    return true;
  } catch (error) {
    if (hasErrno(error, "EACCES")) return removeClosed(path);
    return hasErrno(error, "ENOENT");
  }
}

/** Another may remove the same tree, or what it made there, at the same time. */
function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasErrno(error, "ENOENT")) throw error;
  }
}

/** A user cannot read a closed directory but may remove an empty one: overlayfs leaves such in each work directory. */
function removeClosed(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function openDirectory(path: string): { read: () => Dirent | null } & Disposable {
  const directory = opendirSync(path);
  return {
    read: () => directory.readSync(),
    [Symbol.dispose]: () => directory.closeSync(),
  };
}
