import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { lock } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { KeptContainer } from "./find-container.js";

const LOCK = "lock";

/** Makes the file that is locked, once: nobody may make another in a directory that is being removed. */
export function makeLock(directory: string): void {
  closeSync(openSync(join(directory, LOCK), "wx", 0o600));
}

/** The right to change a container, until it is disposed of. The kernel gives it back when its holder dies. */
export interface ContainerLock extends Disposable {
  /** Lets what is removed go with the lock. */
  readonly fd: number;
}

/**
 * Waits until nobody else changes the container.
 * @throws RuntimeError `CONTAINER_NOT_FOUND` where it was removed meanwhile; the signal's reason when aborted
 */
export async function lockContainer(
  { directory, config }: Pick<KeptContainer, "directory" | "config">,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ContainerLock> {
  const fd = openLock(join(directory, LOCK), config.name);
  try {
    await lock(fd, { signal });
    // Who waited for the one that removed it holds the lock of nothing.
    closeSync(openLock(join(directory, "config.json"), config.name));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

function openLock(path: string, name: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new RuntimeError(`failed to find container ${name}: it has just been removed`, {
      code: "CONTAINER_NOT_FOUND",
      cause: error,
    });
  }
}
