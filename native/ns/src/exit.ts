import { constants } from "node:os";

/** How a process ended, and what it used up to then, itself and the children that it waited for. */
export type ProcessExit = ProcessUsage &
  (
    | { kind: "exited"; exitCode: number }
    /** `signal` is the kernel's number, `signalName` such as `SIGKILL`. */
    | { kind: "signaled"; signal: number; signalName: string }
  );

/** From the kernel's own rusage (getrusage(2)). */
export interface ProcessUsage {
  /** Microseconds of CPU time. */
  userMicroseconds: number;
  systemMicroseconds: number;
  /**
   * Largest resident set of one process, bytes. The kernel counts this process's own where memory was shared until
   * exec, so it is undefined unless the command's was larger. Its cgroup knows better.
   */
  peakResidentBytes: number | undefined;
  /** Monotonic time from the clone, or the release of a parked process, to the end. */
  wallNanoseconds: number;
}

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

/** `SIGTERM` for 15, `SIGRTMIN+2` for 36 (signal(7)). */
export function nameSignal(signal: number): string {
  return names.get(signal) ?? (signal >= 34 ? `SIGRTMIN+${signal - 34}` : `SIG${signal}`);
}

/** The number of a signal that is given by either. */
export function numberSignal(signal: number | NodeJS.Signals): number {
  return typeof signal === "number" ? signal : constants.signals[signal];
}
