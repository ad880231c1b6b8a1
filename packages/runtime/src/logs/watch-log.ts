import { watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Notices that a log has changed, from the moment it is made. */
export interface LogWatch extends Disposable {
  /** Resolves when something has changed since the last call, or has been told by {@link wake}. */
  wait(signal?: AbortSignal): Promise<void>;
  wake(): void;
}

/** Where no events can be had, we look again after this long, milliseconds. */
const RECHECK_MS = 200;

/** Watches a log's files by their directory, in which rotation moves them (inotify(7)). */
export function watchLog(path: string): LogWatch {
  let changed = false;
  let notify = (): void => undefined;
  const wake = (): void => {
    changed = true;
    notify();
  };
  const watcher = tryWatch(path, wake);
  return {
    wake,
    async wait(signal) {
      if (!changed && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          // Instances of inotify are limited for each user.
          const timer = watcher === undefined ? setTimeout(resolve, RECHECK_MS) : undefined;
          notify = () => {
            clearTimeout(timer);
            resolve();
          };
          signal?.addEventListener("abort", wake, { once: true });
        }).finally(() => signal?.removeEventListener("abort", wake));
      }
      changed = false;
    },
    [Symbol.dispose]: () => watcher?.close(),
  };
}

function tryWatch(path: string, wake: () => void) {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), (_event, file) => {
      if (file === null || file.startsWith(name)) wake();
    });
    watcher.on("error", wake);
    return watcher;
  } catch {
    return undefined;
  }
}
