import { resolveDirectories } from "@dockher/rootfs";
import { parseLogTime, readLogTime } from "../logs/log-time.js";
import { readLog } from "../logs/read-log.js";
import type { Directories } from "../options.js";
import type { ContainerEvent } from "./container-event.js";
import { locateJournal } from "./journal.js";

export interface WatchEventsOptions {
  /** Also those from then on: a `Date`, or what `parseLogTime` takes. Default only what comes. */
  since?: string | Date;
  /** Ends then. Default never. */
  until?: string | Date;
  directories?: Partial<Directories>;
  signal?: AbortSignal;
}

/**
 * What happens to containers and volumes, from this data directory's journal; each event once.
 * @throws RuntimeError `INVALID_TIME`; the signal's reason
 */
export async function* watchEvents(
  options: WatchEventsOptions = {},
): AsyncGenerator<ContainerEvent, void, undefined> {
  const { since = new Date(), until, directories = {}, signal } = options;
  using end = waitUntil(until);
  const entries = readLog({
    path: locateJournal(resolveDirectories(directories).root),
    since,
    until,
    follow: end.reached,
    signal,
  });
  for await (const { text, time } of entries) {
    const event = parseEvent(text, time);
    if (event !== undefined) yield event;
  }
}

/** setTimeout(3) of Node holds 31 bits of milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

function waitUntil(until: string | Date | undefined): Disposable & { reached: Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  const time = typeof until === "string" ? Date.parse(parseLogTime(until)) : until?.getTime();
  const reached = new Promise<void>((resolve) => {
    if (time === undefined) return;
    timer = setTimeout(resolve, Math.min(Math.max(0, time - Date.now()), LONGEST_MS));
  });
  return { reached, [Symbol.dispose]: () => clearTimeout(timer) };
}

function parseEvent(text: string, time: string): ContainerEvent | undefined {
  try {
    const event = JSON.parse(text) as Omit<ContainerEvent, "time">;
    return { ...event, time: readLogTime(time) ?? time };
  } catch {
    return undefined;
  }
}
