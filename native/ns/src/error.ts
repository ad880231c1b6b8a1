import { DockherError, type DockherErrorOptions } from "@dockher/spec";
import { describeErrno, formatErrno } from "./errno.js";

/** What the kernel said, where it was the kernel that refused. */
export interface NsErrorOptions extends DockherErrorOptions {
  /** Name of the errno, such as `EPERM`. */
  errno?: string | undefined;
  /** Index into the steps of the plan. */
  step?: number | undefined;
}

/**
 * A plan that is refused, or a start that failed. Codes:
 * - `INVALID_PLAN`: refused before anything was done
 * - `ADDON_UNAVAILABLE`: there is no compiled shim for this machine
 * - `LAUNCH_FAILED`: the kernel refused something on the way; `errno` and, where it was one, `step` say what
 * - `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`: everything was set up but the command (Docker's 127 and 126)
 * - `LAUNCH_ABORTED`: by the AbortSignal; its reason is the cause
 * - `KILLED_AT_START`: something killed the process before its first instruction
 * - `EXIT_UNKNOWN`: somebody else reaped the process
 * - `INVALID_STATE`: released twice
 * - `INVALID_MONITOR`: settings of a monitor that are refused before anything was done
 * - `MONITOR_FAILED`: a monitor could not be started, or died
 * - `MONITOR_RUNNING`: the container has one already
 * - `MONITOR_GONE`: there is none to talk to; the container's state says how it ended
 * - `MONITOR_REFUSED`: it refused a request; `errno` says why
 * - `CLIENT_TOO_SLOW`: an attached client did not read and was sent away
 * - `STATE_INVALID`: state.json is damaged, or of a version that is not known
 * - `SYSTEM_CALL_FAILED`: one of the single calls
 */
export class NsError extends DockherError {
  readonly errno: string | undefined;
  readonly step: number | undefined;

  constructor(message: string, options: NsErrorOptions) {
    super(message, options);
    this.errno = options.errno;
    this.step = options.step;
  }
}

/** The error of a single call of the shim that returned `result`, a negative errno. */
export function failedCall(what: string, result: number): NsError {
  return new NsError(`failed to ${what}: ${formatErrno(-result)}`, {
    code: "SYSTEM_CALL_FAILED",
    errno: describeErrno(-result).name,
  });
}
