import { type FSWatcher, watch } from "node:fs";
import { CgroupError } from "./error.js";

export interface WaitOptions {
  /** Milliseconds until the wait is given up; default 10 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

interface Condition extends WaitOptions {
  /** What is waited for, for the message. */
  action: string;
  reached: () => boolean;
  /** A control file whose change is reported by the kernel (v2's cgroup.events); v1 has none. */
  events?: string;
}

/** v1 tells nobody; the first look comes after a millisecond, the later ones up to 50 apart. */
const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 50;
/** With events, looking again is only for a machine that has run out of inotify instances. */
const LOOK_BESIDE_EVENTS_MS = 200;

/**
 * Waits until `reached` says so: by the kernel's own event on v2, by looking again on v1.
 * @throws CgroupError `CGROUP_TIMEOUT`; the reason of `signal` where that is aborted.
 */
export async function waitUntil(condition: Condition): Promise<void> {
  const { action, reached, events, timeoutMs = 10_000, signal } = condition;
  signal?.throwIfAborted();
  if (reached()) return;
  const { promise, resolve, reject } = makePromise();
  let pause = events === undefined ? FIRST_LOOK_MS : LOOK_BESIDE_EVENTS_MS;
  const look = (): void => {
    try {
      if (reached()) resolve();
    } catch (error) {
      reject(error);
    }
  };
  const watcher = events === undefined ? undefined : watchFile(events, look);
  const repeat = (): void => {
    look();
    if (events === undefined) pause = Math.min(pause * 2, LAST_LOOK_MS);
    looking = setTimeout(repeat, pause);
  };
  let looking = setTimeout(repeat, pause);
  const deadline = setTimeout(() => {
    reject(
      new CgroupError(`failed to ${action}: not done within ${timeoutMs} ms`, {
        code: "CGROUP_TIMEOUT",
        hint: "look for processes in uninterruptible sleep: ps -eo pid,stat,wchan,comm",
      }),
    );
  }, timeoutMs);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  // The event may have come between the first look and the watch.
  look();
  try {
    await promise;
  } finally {
    clearTimeout(looking);
    clearTimeout(deadline);
    signal?.removeEventListener("abort", abort);
    watcher?.close();
  }
}

/** Watches a control file by inotify; undefined where it has gone or the machine has no watch left. */
function watchFile(path: string, changed: () => void): FSWatcher | undefined {
  try {
    return watch(path, changed).on("error", changed);
  } catch {
    return undefined;
  }
}

interface Settleable {
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

function makePromise(): Settleable {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
