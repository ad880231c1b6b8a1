import { link, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that a reader, and a machine that loses power, sees all of it or none:
 * a temporary file, fsync, rename, fsync of the directory.
 */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = await writeTemporary(path, data);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** As {@link writeWhole}, but fails with `EEXIST` where the file is there already. */
export async function writeExclusive(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = await writeTemporary(path, data);
  try {
    await link(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Unlikely to be in use; the exclusive open settles it. Not for secrets. */
export function makeUnique(): string {
  return Math.random().toString(36).slice(2);
}

async function writeTemporary(path: string, data: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${makeUnique()}.tmp`);
  const file = await open(temporary, "wx", 0o644);
  try {
    await file.writeFile(data);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}
