import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { posix } from "node:path";
import { NsError, O_PATH, openInRoot } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { IdMappings } from "../user-namespace/user-namespace.js";
import { explainFileError } from "./explain-file-error.js";

/**
 * A tree of files that nobody here trusts: neither `..` nor a link leads out of it (openat2(2), RESOLVE_IN_ROOT), and what was
 * opened stays what it is, whoever exchanges names meanwhile.
 */
export interface Tree {
  /** A path of this machine. */
  root: string;
  /** What its ids are to whoever looks from here; the same without it. */
  ids?: IdMappings | undefined;
}

/** Keeps a tree by its descriptor: whatever has its path later, such as `/proc/PID/root`, is another one. */
export function holdTree(path: string): Tree & Disposable {
  const fd = openSync(path, O_PATH | constants.O_DIRECTORY);
  return { root: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) };
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

/** Whether a file system or a single file is mounted on a name. */
export function isMountPoint(place: Place): boolean {
  const fd = openSync(place.path, O_PATH | constants.O_NOFOLLOW);
  try {
    return readMountId(fd) !== readMountId(place.fd);
  } finally {
    closeSync(fd);
  }
}

/** proc(5), /proc/PID/fdinfo. */
function readMountId(fd: number): string | undefined {
  return /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
}

/** @throws RuntimeError `PATH_NOT_FOUND`, `INVALID_PATH` */
export function openDirectory({ root }: Tree, path: string): number {
  try {
    return openInRoot({ root, path, flags: constants.O_RDONLY | constants.O_DIRECTORY });
  } catch (error) {
    throw explainFileError(error, path);
  }
}

/** As {@link openDirectory}, and makes what is missing of it. */
export function makeDirectory(tree: Tree, path: string): number {
  try {
    return openInRoot({ root: tree.root, path, flags: constants.O_RDONLY | constants.O_DIRECTORY });
  } catch (error) {
    if (!(error instanceof NsError) || error.errno !== "ENOENT" || path === "/")
      throw explainFileError(error, path);
  }
  using parent = holdPlace(makeDirectory(tree, posix.dirname(path)), posix.basename(path));
  try {
    mkdirSync(parent.path, { mode: 0o755 });
  } catch (error) {
    // Somebody else made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw explainFileError(error, path);
  }
  return openDirectory(tree, path);
}

/** What there is in a tree. */
export interface TreeEntry {
  /** Where it is, links followed as far as they were to be. */
  path: string;
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
    const found = follow ? followLinks(tree, path) : posix.resolve("/", path);
    using place = openPlace(tree, found);
    return { path: found, ...describeEntry(lstatSync(place.path), place.path) };
  } catch (error) {
    const explained = explainFileError(error, path);
    if ((explained as RuntimeError).code === "PATH_NOT_FOUND") return undefined;
    throw explained;
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

function describeEntry(stats: Stats, path: string): Omit<TreeEntry, "path"> {
  const { mode, size, mtime: modified } = stats;
  const common = { mode: mode & 0o7777, size, modified };
  if (stats.isDirectory()) return { type: "directory", ...common };
  if (stats.isFile()) return { type: "file", ...common };
  if (!stats.isSymbolicLink()) return { type: "other", ...common };
  return { type: "symlink", ...common, linkTarget: readlinkSync(path) };
}

export function refusePath(path: string, reason: string): RuntimeError {
  return new RuntimeError(`failed to use ${path}: ${reason}`, { code: "INVALID_PATH" });
}
