import type { LogEntry } from "./log-entry.js";
import { type LogTime, readLogTime, toLogTime } from "./log-time.js";

export interface LogFilterOptions {
  since?: string | Date | undefined;
  until?: string | Date | undefined;
  stream?: LogEntry["stream"] | undefined;
}

/** Which entries of a log are asked for. */
export class LogFilter {
  readonly since: LogTime | undefined;
  readonly until: LogTime | undefined;
  readonly stream: LogEntry["stream"] | undefined;

  /** @throws RuntimeError `INVALID_TIME` */
  constructor({ since, until, stream }: LogFilterOptions) {
    this.since = since === undefined ? undefined : toLogTime(since);
    this.until = until === undefined ? undefined : toLogTime(until);
    this.stream = stream;
  }

  /** `end` where this entry and all behind it are too late. One whose time is none is never too early or too late. */
  judge({ stream, time }: LogEntry): "take" | "skip" | "end" {
    if (this.since !== undefined || this.until !== undefined) {
      const read = readLogTime(time);
      if (read !== undefined && this.until !== undefined && read > this.until) return "end";
      if (read !== undefined && this.since !== undefined && read < this.since) return "skip";
    }
    return this.stream === undefined || this.stream === stream ? "take" : "skip";
  }
}
