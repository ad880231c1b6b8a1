import { closeSync, constants, lstatSync, mkdirSync, readlinkSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { NsError, openInRoot } from "@dockher/ns";
import { RuntimeError } from "../error.js";

/**
 * A tree of files that nobody here trusts: neither `..` nor a link leads out of it (openat2(2), RESOLVE_IN_ROOT), and what was
 * opened stays what it is, whoever exchanges names meanwhile.
 */
export interface Tree {
  /** A path of this machine, such as `/proc/PID/root`. */
  root: string;
}

/** A name in a directory that is open: the last component alone, which is not followed. */
export interface Place extends Disposable {
  /** Of the directory. */
  fd: number;
  name: string;
  /** The same as a path of this process. */
  path: string;
}

/**
 * Opens the directory that holds what a path names.
 * @throws RuntimeError `PATH_NOT_FOUND`, `INVALID_PATH`
 */
export function openPlace({ root }: Tree, path: string): Place {
  const clean = posix.resolve("/", path);
  // The root has no name: it is in itself.
  const [directory, name] =
    clean === "/" ? ["/", "."] : [posix.dirname(clean), posix.basename(clean)];
  return holdPlace(openDirectory({ root }, directory), name);
}

export function holdPlace(fd: number, name: string): Place {
  return { fd, name, path: placePath(fd, name), [Symbol.dispose]: () => closeSync(fd) };
}

export function placePath(fd: number, name: string): string {
  return `/proc/self/fd/${fd}/${name}`;
}

/** @throws RuntimeError `PATH_NOT_FOUND`, `INVALID_PATH` */
export function openDirectory({ root }: Tree, path: string): number {
  try {
    return openInRoot({ root, path, flags: constants.O_RDONLY | constants.O_DIRECTORY });
  } catch (error) {
    throw explain(error, path);
  }
}

/** As {@link openDirectory}, and makes what is missing of it. */
export function makeDirectory(tree: Tree, path: string): number {
  try {
    return openInRoot({ root: tree.root, path, flags: constants.O_RDONLY | constants.O_DIRECTORY });
  } catch (error) {
    if (!(error instanceof NsError) || error.errno !== "ENOENT" || path === "/")
      throw explain(error, path);
  }
  using parent = holdPlace(makeDirectory(tree, posix.dirname(path)), posix.basename(path));
  mkdirSync(parent.path, { mode: 0o755 });
  return openDirectory(tree, path);
}

/** What there is in a tree. */
export interface TreeEntry {
  type: "file" | "directory" | "symlink" | "other";
  mode: number;
  size: number;
  modified: Date;
  linkTarget?: string;
}

/**
 * What a path names; a link itself unless it is to be followed.
 * @returns undefined where there is nothing
 * @throws RuntimeError `INVALID_PATH`
 */
export function readEntry(
  tree: Tree,
  path: string,
  { follow }: { follow: boolean },
): TreeEntry | undefined {
  try {
    using place = openPlace(tree, follow ? followLinks(tree, path) : path);
    return describeEntry(lstatSync(place.path), place.path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "PATH_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Linux follows as many in one path: path_resolution(7). */
const MOST_LINKS = 40;

/**
 * Where a path ends when the links in its last component are followed, as names in the tree.
 * @throws RuntimeError `INVALID_PATH`
 */
export function followLinks(tree: Tree, path: string): string {
  let current = posix.resolve("/", path);
  for (let count = 0; count < MOST_LINKS; count++) {
    using place = openPlace(tree, current);
    let stats: Stats;
    try {
      stats = lstatSync(place.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return current;
      throw error;
    }
    if (!stats.isSymbolicLink()) return current;
    current = posix.resolve(posix.dirname(current), readlinkSync(place.path));
  }
  throw refusePath(path, "there are too many links");
}

function describeEntry(stats: Stats, path: string): TreeEntry {
  const { mode, size, mtime: modified } = stats;
  const common = { mode: mode & 0o7777, size, modified };
  if (stats.isDirectory()) return { type: "directory", ...common };
  if (stats.isFile()) return { type: "file", ...common };
  if (!stats.isSymbolicLink()) return { type: "other", ...common };
  return { type: "symlink", ...common, linkTarget: readlinkSync(path) };
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof NsError)) return error;
  if (error.errno === "ENOENT") {
    return new RuntimeError(`failed to find ${path}: there is no such file or directory`, {
      code: "PATH_NOT_FOUND",
      cause: error,
    });
  }
  if (error.errno === "ENOTDIR") return refusePath(path, "it is no directory");
  if (error.errno === "ELOOP")
    return refusePath(path, "there are too many links, or one that no file has");
  return error;
}

export function refusePath(path: string, reason: string): RuntimeError {
  return new RuntimeError(`failed to use ${path}: ${reason}`, { code: "INVALID_PATH" });
}
