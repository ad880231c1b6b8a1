import { lstat, opendir } from "node:fs/promises";
import { HeldDirectory, isAbsent } from "../files/held-directory.js";

/**
 * Bytes of the files in a tree that may change meanwhile, each inode once and directories not at all, as Docker counts. Links are
 * not followed, nor is anybody who exchanges names; what lies too deep is not counted, nor what is closed to this user, as
 * without root a container's other users' may be.
 * @throws Error of the file system, `ENOENT` where there is no such tree
 */
export async function measureTree(path: string): Promise<number> {
  using top = unlessClosed(() => HeldDirectory.open(path));
  return top === undefined ? 0 : await measureDirectory(top, { depth: 0, counted: new Set() });
}

/** A descriptor each. No path of 4096 bytes has many more. */
const DEEPEST = 512;

interface Progress {
  depth: number;
  /** Inodes of files with several names. */
  counted: Set<string>;
}

async function measureDirectory(
  directory: HeldDirectory,
  { depth, counted }: Progress,
): Promise<number> {
  const below: string[] = [];
  let size = 0;
  for await (const entry of await opendir(directory.path)) {
    if (entry.isDirectory()) below.push(entry.name);
    else size += await measureFile(`${directory.path}/${entry.name}`, counted);
  }
  if (depth === DEEPEST) return size;
  for (const name of below) {
    using child = unlessClosed(() => directory.openBelow(name));
    if (child !== undefined) size += await measureDirectory(child, { depth: depth + 1, counted });
  }
  return size;
}

function unlessClosed<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (isClosed(error)) return undefined;
    throw error;
  }
}

function isClosed(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EACCES";
}

async function measureFile(path: string, counted: Set<string>): Promise<number> {
  try {
    const stats = await lstat(path);
    const { dev, ino, nlink, size } = stats;
    // A directory has come in its place.
    if (stats.isDirectory()) return 0;
    if (nlink === 1) return size;
    const inode = `${dev}:${ino}`;
    if (counted.has(inode)) return 0;
    counted.add(inode);
    return size;
  } catch (error) {
    // Gone meanwhile.
    if (isAbsent(error) || isClosed(error)) return 0;
    throw error;
  }
}
