import type { LogEntry } from "./log-entry.js";
import { readLogTime } from "./log-time.js";

export interface LogFormatOptions {
  /** Puts its time, with nine digits, before each line, as `docker logs -t` does. */
  timestamps: boolean;
}

/**
 * Makes what turns entries into what is printed. A line that was cut into several entries has its time once, at its beginning,
 * unless another stream's entry came in between.
 */
export function createLogFormatter({ timestamps }: LogFormatOptions): (entry: LogEntry) => string {
  if (!timestamps) return ({ text }) => text;
  let unfinished: LogEntry["stream"] | undefined;
  return ({ stream, time, text }) => {
    const goesOn = unfinished === stream;
    unfinished = text.endsWith("\n") ? undefined : stream;
    return goesOn ? text : `${readLogTime(time) ?? time} ${text}`;
  };
}
