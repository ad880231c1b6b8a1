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
 * already. The newest are opened first, because rotation only ever moves a file on to the next number: it may be met again, and is
 * known by its inode, but is never missed.
 */
export async function openLogFiles(path: string, after?: LogFile): Promise<LogFile[]> {
  const files: LogFile[] = [];
  // While the names are moved, one of them is missing for a moment.
  for (let index = 0, missing = 0; missing < 2; index++) {
    const file = await openIfThere(index === 0 ? path : `${path}.${index}`);
    missing = file === undefined ? missing + 1 : 0;
    if (file === undefined) continue;
    if (file.identity === after?.identity) {
      await file.handle.close();
      break;
    }
    // What came between the two times that a file was met is newer than it, or comes again behind it.
    const known = files.findIndex(({ identity }) => identity === file.identity);
    for (const other of known < 0 ? [] : files.splice(known)) await other.handle.close();
    files.push(file);
  }
  return (await dropNewer(files)).reverse();
}

/** Where the first file was removed before it was met again, those that are still there came after it. */
async function dropNewer(files: LogFile[]): Promise<LogFile[]> {
  const [first] = files;
  if (first === undefined || !(await isRemoved(first))) return files;
  const older: LogFile[] = [];
  for (const file of files) {
    if (await isRemoved(file)) older.push(file);
    else await file.handle.close();
  }
  return older;
}

async function isRemoved({ handle }: LogFile): Promise<boolean> {
  return (await handle.stat()).nlink === 0;
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
