import { watch } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno } from "./error.js";
import { formatIdentity, identifySelf, isAlive, parseIdentity } from "./process-identity.js";
import { writeExclusive, writeWhole } from "./write-whole.js";

/** A lock that the calling process holds until it disposes of it or dies. */
export interface Lock extends AsyncDisposable {
  release(): Promise<void>;
}

export interface AcquireLockOptions {
  /** The lock's own directory; made where it is missing, and never removed. */
  directory: string;
  signal?: AbortSignal | undefined;
  /** Called once, when another process turns out to hold the lock. */
  onWait?: ((owner: { pid: number }) => void) | undefined;
}

/** Nothing tells us that an owner died, so we look again after this long, in milliseconds. */
const RECHECK_MS = 500;

/**
 * Takes an exclusive lock between processes, waiting while a living process holds it.
 *
 * The directory holds numbered records. The highest one is the lock: it names its owner, or is
 * empty once released. Taking the lock over means making the next number by an exclusive link(2),
 * so two who see the same dead owner cannot both succeed, and a number is never used twice for a
 * record that counts: the highest is deleted only when a higher one exists.
 * @throws the signal's reason when aborted
 */
export async function acquireLock(options: AcquireLockOptions): Promise<Lock> {
  const { directory, signal } = options;
  await mkdir(directory, { recursive: true });
  const self = formatIdentity(identifySelf());
  let waiting = false;
  for (;;) {
    signal?.throwIfAborted();
    await using change = watchDirectory(directory);
    const highest = await findHighest(directory);
    const owner = await readOwner(directory, highest);
    if (owner && isAlive(owner)) {
      if (!waiting) options.onWait?.({ pid: owner.pid });
      waiting = true;
      await change.wait(signal);
      continue;
    }
    const mine = highest + 1;
    try {
      await writeExclusive(join(directory, String(mine)), self);
    } catch (error) {
      if (hasErrno(error, "EEXIST")) continue;
      throw error;
    }
    if ((await findHighest(directory)) === mine) return holdLock(directory, mine);
    await rm(join(directory, String(mine)), { force: true });
  }
}

async function holdLock(directory: string, mine: number): Promise<Lock> {
  for (const name of await readdir(directory)) {
    if (Number(name) < mine) await rm(join(directory, name), { force: true });
  }
  const release = (): Promise<void> => writeWhole(join(directory, String(mine)), "");
  return { release, [Symbol.asyncDispose]: release };
}

async function findHighest(directory: string): Promise<number> {
  const numbers = (await readdir(directory)).map(Number).filter(Number.isInteger);
  return Math.max(0, ...numbers);
}

async function readOwner(directory: string, number: number) {
  try {
    return parseIdentity(await readFile(join(directory, String(number)), "latin1"));
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Remembers changes from now on, so that none is missed between a look and the wait. */
function watchDirectory(directory: string) {
  let changed = false;
  let wake = (): void => {};
  const notice = (): void => {
    changed = true;
    wake();
  };
  // inotify instances are limited per user; without one, the re-check alone serves.
  const watcher = tryWatch(directory, notice);
  return {
    wait(signal: AbortSignal | undefined): Promise<void> {
      return new Promise((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", finish);
          resolve();
        };
        const timer = setTimeout(finish, RECHECK_MS);
        wake = finish;
        signal?.addEventListener("abort", finish);
        if (changed || signal?.aborted) finish();
      });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      watcher?.close();
    },
  };
}

function tryWatch(directory: string, notice: () => void) {
  try {
    const watcher = watch(directory, notice);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
