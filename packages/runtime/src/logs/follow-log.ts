import type { LogEntry } from "./log-entry.js";
import type { LogFilter } from "./log-filter.js";
import type { LogReader } from "./log-reader.js";
import type { LogWatch } from "./watch-log.js";

export interface FollowLogOptions {
  reader: LogReader;
  watch: LogWatch;
  ended: Promise<unknown>;
  filter: LogFilter;
  signal: AbortSignal | undefined;
}

/** setTimeout() of Node takes anything longer for 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** Reads on whenever there is more, until the writer has ended or nothing that comes is asked for. */
export async function* followLog(options: FollowLogOptions): AsyncGenerator<LogEntry[]> {
  const { reader, watch, filter, signal } = options;
  let ended = false;
  const end = (): void => {
    ended = true;
    watch.wake();
  };
  options.ended.then(end, end);
  const left = filter.until === undefined ? LONGEST_MS : Date.parse(filter.until) - Date.now();
  const timer = left < LONGEST_MS ? setTimeout(end, Math.max(left, 0)) : undefined;
  try {
    for (;;) {
      // What was written before the end is there to be read after it.
      const last = ended;
      yield* reader.drain();
      if (reader.finished) return;
      if (await reader.openNewer()) continue;
      if (last) break;
      await watch.wait(signal);
      signal?.throwIfAborted();
    }
    await reader.reportUnfinished();
  } finally {
    clearTimeout(timer);
  }
}
