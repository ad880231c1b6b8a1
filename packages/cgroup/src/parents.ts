import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { removeLeaf } from "./directory.js";
import { errnoOf, wrapErrno } from "./error.js";
import { enableControllers } from "./group.js";
import { type Controller, readControllers } from "./hierarchy.js";

/**
 * The sticky bit marks a cgroup that was made only to have others in it: whoever removes the last of them removes it too, and
 * leaves those alone that were there before. To the kernel it means nothing.
 */
const MADE = 0o1000;

/** From a cgroup down to one below it, both included. */
export function listPath(top: string, bottom: string): string[] {
  const path = [bottom];
  for (let current = bottom; current !== top; ) {
    current = dirname(current);
    path.unshift(current);
  }
  return path;
}

/** The deepest cgroup of a path that is there. */
export function findDeepest(path: readonly string[]): string {
  return path.findLast((directory) => existsSync(directory)) ?? "/";
}

/** Makes a cgroup for others to be in, unless there is one. */
export function makeParent(directory: string): void {
  try {
    mkdirSync(directory, 0o755 | MADE);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw wrapErrno(`create cgroup ${directory}`, error);
  }
}

/** Makes what is missing of a path on v2, and has all of it hand the controllers down. What does so already is not written to. */
export async function openPath(
  path: readonly string[],
  controllers: readonly Controller[],
): Promise<void> {
  for (const [index, directory] of path.entries()) {
    const next = path[index + 1];
    if (next !== undefined) makeParent(next);
    const offered = next === undefined ? [] : readControllers(next);
    const missing = controllers.filter((name) => !offered.includes(name));
    await enableControllers(directory, missing);
  }
}

/** Removes what was made for a cgroup that is gone, from its parent upward, as far as nothing else is in it. */
export function removeMadeParents(parent: string): void {
  for (let current = parent; isMade(current); current = dirname(current)) {
    if (!removeLeaf(current)) return;
  }
}

function isMade(directory: string): boolean {
  try {
    return (statSync(directory).mode & MADE) !== 0;
  } catch {
    return false;
  }
}
