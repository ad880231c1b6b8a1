import { RuntimeError } from "../error.js";
import { followLog } from "./follow-log.js";
import type { LogDamage, LogEntry } from "./log-entry.js";
import { LogFilter } from "./log-filter.js";
import { LogReader } from "./log-reader.js";
import { watchLog } from "./watch-log.js";

export interface ReadLogOptions {
  /** The file that is written; rotated ones lie beside it, `PATH.1` the newest of them. */
  path: string;
  /** Goes on with what is written until this settles, which it does when the writer has ended. */
  follow?: Promise<unknown> | undefined;
  /** Only the last so many of the entries that are asked for; what comes later is given whole. */
  tail?: number | undefined;
  /** A `Date`, or what {@link parseLogTime} takes. */
  since?: string | Date | undefined;
  /** As `since`. Reading ends at the first entry after it. */
  until?: string | Date | undefined;
  stream?: LogEntry["stream"] | undefined;
  signal?: AbortSignal | undefined;
  /** Called for each piece of a log that is no entry and is passed over. */
  onDamage?: ((damage: LogDamage) => void) | undefined;
}

/**
 * Reads a container's log in Docker's json-file format, in the order in which it was written, across rotation and while it is
 * written: each entry once, unless it is rotated away before its turn. It reads as fast as its entries are taken, and holds no
 * more than one block of them. A log that is not there, or not yet, is empty.
 * @throws RuntimeError `INVALID_TIME`, `INVALID_TAIL`; the signal's reason when aborted
 */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<LogEntry, void, undefined> {
  const { path, follow, tail, signal } = options;
  const filter = new LogFilter(options);
  if (tail !== undefined) checkTail(tail);
  signal?.throwIfAborted();
  const reader = new LogReader({ path, filter, signal, onDamage: options.onDamage });
  try {
    using watch = follow === undefined ? undefined : watchLog(path);
    await reader.open();
    if (tail !== undefined) await reader.seekTail(tail);
    for await (const entries of reader.drain()) for (const entry of entries) yield entry;
    if (follow === undefined || watch === undefined) return;
    for await (const entries of followLog({ reader, watch, ended: follow, filter, signal })) {
      for (const entry of entries) yield entry;
    }
  } finally {
    await reader.close();
  }
}

function checkTail(tail: number): void {
  if (Number.isInteger(tail) && tail >= 0) return;
  throw new RuntimeError(`failed to read the last ${tail} entries: it is no number of them`, {
    code: "INVALID_TAIL",
  });
}
