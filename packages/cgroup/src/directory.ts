import { accessSync, constants, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { CgroupError, errnoOf, wrapErrno } from "./error.js";

/**
 * Makes one cgroup, exclusively.
 * @throws CgroupError `CGROUP_EXISTS`, `CGROUP_READ_ONLY`, `CGROUP_PERMISSION_DENIED`, …
 */
export function makeCgroup(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw wrapErrno(`create cgroup ${directory}`, error);
    throw new CgroupError(`failed to create cgroup ${directory}: it exists`, {
      code: "CGROUP_EXISTS",
      hint: "choose another name, or remove the one that is left over",
      cause: error,
    });
  }
}

/** A cgroup around ours may go with another's end between two steps of ours; then it is made anew. */
export const ATTEMPTS = 5;

/** Whether a cgroup around the one that was to be made was missing. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && errnoOf(error.cause) === "ENOENT";
}

/** The cgroups directly below one. None where it has gone. */
export function listCgroups(directory: string): string[] {
  try {
    // A cgroup counts its own name, its `.` and the `..` of each one below, as most file systems do.
    if (statSync(directory).nlink === 2) return [];
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${directory}/${entry.name}`);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV") return [];
    throw error;
  }
}

/** A cgroup and all below it, the deepest first. */
export function listTree(directory: string): string[] {
  return [...listCgroups(directory).flatMap(listTree), directory];
}

/** Removes a cgroup with all below it; false where a process is still in one of them. */
export function removeTree(directory: string): boolean {
  // Most have nothing below them, which to look for costs more than to try.
  return removeLeaf(directory) || listTree(directory).every(removeLeaf);
}

/** Removes one cgroup; false where a process or another cgroup is in it. */
export function removeLeaf(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") return true;
    // ENOTEMPTY comes from plain file systems, EBUSY from cgroups.
    if (errno === "EBUSY" || errno === "ENOTEMPTY") return false;
    throw wrapErrno(`remove cgroup ${directory}`, error);
  }
}

/** Whether this user may write to a control file, or make something in a directory. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
