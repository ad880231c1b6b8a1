import type { BigIntStats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** A file of a log, which keeps being the same one when it is renamed. */
export interface LogFile {
  handle: FileHandle;
  /** By which it was opened. */
  path: string;
  identity: string;
}

/**
 * Opens a log's files, oldest first: `PATH.2`, `PATH.1`, `PATH`; of them only those that are newer than one that is open
 * already. The newest are opened first, because rotation only ever moves a file on to the next number: it can be met twice, and is known by
 * its inode, but never missed.
 */
export async function openLogFiles(path: string, after?: LogFile): Promise<LogFile[]> {
  const files: LogFile[] = [];
  // While the names are moved, one of them is missing for a moment.
  for (let index = 0, missing = 0; missing < 2; index++) {
    const file = await openIfThere(index === 0 ? path : `${path}.${index}`);
    missing = file === undefined ? missing + 1 : 0;
    if (file === undefined) continue;
    const known = files.some(({ identity }) => identity === file.identity);
    const reached = file.identity === after?.identity;
    if (known || reached) await file.handle.close();
    else files.push(file);
    if (reached) break;
  }
  return files.reverse();
}

export function identifyFile({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

async function openIfThere(path: string): Promise<LogFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return { handle, path, identity: identifyFile(await handle.stat({ bigint: true })) };
}
