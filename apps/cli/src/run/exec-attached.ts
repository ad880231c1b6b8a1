import { type ExecAttachedOptions, execAttached } from "@dockher/runtime";
import { joinStreams } from "./join-streams.js";
import { catchEnd, toExitCode } from "./signals.js";
import { readTerminalSize } from "./terminal-size.js";

export interface ExecToLeaveOptions {
  entry: ExecAttachedOptions;
  /** The bytes that leave it alone. */
  detachKeys: Uint8Array;
}

/**
 * Runs a command in a container on this terminal, below the container's monitor: it can be left.
 * @returns its exit code; 0 where the keys that detach left it alone, 128+n where signal n did
 */
export async function execToLeave({ entry, detachKeys }: ExecToLeaveOptions): Promise<number> {
  using signals = catchEnd();
  await using entered = await execAttached({ ...entry, terminal: readTerminalSize() });
  const end = await joinStreams({
    streams: entered.streams,
    outputs: ["stdout"],
    ended: entered.wait(),
    since: "start",
    tty: true,
    interactive: true,
    detachKeys,
    abort: signals.abort,
  });
  if (end !== undefined) return end.signal === undefined ? end.exitCode : toExitCode(end.signal);
  return signals.received === undefined ? 0 : toExitCode(signals.received);
}
