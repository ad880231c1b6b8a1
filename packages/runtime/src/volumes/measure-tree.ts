import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Bytes of the files in a tree, each inode once and directories not at all, as Docker counts. Links are not followed; what
 * lies too deep for a path is not counted.
 */
export async function measureTree(path: string): Promise<number> {
  const counted = new Set<string>();
  const left = [path];
  let size = 0;
  for (let directory = left.pop(); directory !== undefined; directory = left.pop()) {
    for await (const entry of await opendir(directory)) {
      const child = join(directory, entry.name);
      if (child.length >= LONGEST_PATH) continue;
      if (entry.isDirectory()) {
        left.push(child);
        continue;
      }
      const { dev, ino, nlink, size: own } = await lstat(child);
      const inode = `${dev}:${ino}`;
      if (counted.has(inode)) continue;
      if (nlink > 1) counted.add(inode);
      size += own;
    }
  }
  return size;
}

/** PATH_MAX in bytes; a character is at most four. */
const LONGEST_PATH = 4096 / 4;
