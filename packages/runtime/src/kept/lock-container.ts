import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { lock } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import { isKept } from "../state/claim.js";
import { type KeptContainer, refuseRemoved } from "./find-container.js";

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

export interface LockContainerOptions {
  /** Whether others may share it, who leave the container in the state that it is in. Default false. */
  shared?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until nobody else changes the container, or whoever shares the lock has let go of it.
 * @throws RuntimeError `CONTAINER_NOT_FOUND` where it was removed meanwhile, `LOCK_MISSING`; the signal's reason when aborted
 */
export async function lockContainer(
  container: Pick<KeptContainer, "record" | "directory">,
  { shared = false, signal }: LockContainerOptions = {},
): Promise<ContainerLock> {
  const fd = openLock(container);
  try {
    await lock(fd, { kind: shared ? "shared" : "exclusive", signal });
    // Who waited for the one that removed it holds the lock of nothing.
    if (!isKept(container.record)) throw refuseRemoved(container.record);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

function openLock({ record, directory }: Pick<KeptContainer, "record" | "directory">): number {
  const path = join(directory, LOCK);
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!isKept(record)) throw refuseRemoved(record, error);
    throw new RuntimeError(`failed to lock ${path}: ${(error as Error).message}`, {
      code: "LOCK_MISSING",
      hint: "remove the container: dockher rm -f",
      cause: error,
    });
  }
}
