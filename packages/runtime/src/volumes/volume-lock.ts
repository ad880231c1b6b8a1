import { fstatSync, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { lock } from "@dockher/ns";
import { locateVolume, type VolumeLayout } from "./volume-layout.js";

/** A volume that nobody else changes, until it is disposed of or this process dies. */
export type VolumeLock = AsyncDisposable;

export interface LockVolumeOptions {
  layout: VolumeLayout;
  name: string;
  signal?: AbortSignal | undefined;
}

/**
 * Locks a volume's directory (flock(2)), waiting while others hold it; undefined where there is no such volume.
 * @throws the signal's reason when aborted
 */
export async function lockVolume(options: LockVolumeOptions): Promise<VolumeLock | undefined> {
  const path = locateVolume(options.layout, options.name);
  for (;;) {
    options.signal?.throwIfAborted();
    const directory = await openIfThere(path);
    if (directory === undefined) return undefined;
    try {
      await lock(directory.fd, { signal: options.signal });
      // While we waited, its holder may have removed it, and another one may have been made.
      if (isSame(fstatSync(directory.fd), path)) {
        return { [Symbol.asyncDispose]: () => directory.close() };
      }
    } catch (error) {
      await directory.close();
      options.signal?.throwIfAborted();
      throw error;
    }
    await directory.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isSame(held: Stats, path: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.ino === held.ino && now.dev === held.dev;
}
