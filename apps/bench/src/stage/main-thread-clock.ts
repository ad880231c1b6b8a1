import { closeSync, openSync, readSync } from "node:fs";

export interface MainThreadClock extends Disposable {
  /** Milliseconds for which the main thread has run on a processor. */
  readMs(): number;
}

/** Its file stays open, because opening it costs as much as what it shall measure. */
export function openMainThreadClock(): MainThreadClock {
  // The main thread's id is the process's. Linux, Documentation/scheduler/sched-stats.rst: the first field is in ns.
  const fd = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  const buffer = Buffer.alloc(64);
  return {
    readMs() {
      // The kernel brings the time of a running thread up to date when it is asked for by getrusage(2), or at its next tick.
      process.cpuUsage();
      const length = readSync(fd, buffer, 0, buffer.length, 0);
      return Number.parseInt(buffer.toString("latin1", 0, length), 10) / 1e6;
    },
    [Symbol.dispose]() {
      closeSync(fd);
    },
  };
}
