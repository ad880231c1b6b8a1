import type { EnteredProcess, MonitorConnection, Plan } from "@dockher/ns";
import { type ExitStatus, toExitStatus } from "../result.js";
import type { ContainerId } from "../state/container-id.js";
import { compileEntry, type EntryOptions } from "./compile-entry.js";
import { explainEnd, findEntered } from "./exec-in-container.js";
import { type ContainerTarget, findContainer } from "./find-container.js";
import { recordExec } from "./record-exec.js";
import { connectTo } from "./signal-container.js";

/** Its streams are its monitor's. */
export type ExecAttachedOptions = ContainerTarget &
  Omit<EntryOptions, "stderr" | "stdin" | "stdout">;

export type ExecDetachedOptions = ExecAttachedOptions & {
  /** Keeps its stdin open though nobody writes to it; a terminal is open in any case. Default false. */
  openStdin?: boolean;
};

/**
 * Runs a command as `execInContainer` does, but as a child of the container's monitor: it goes on when this process ends.
 * Its output goes nowhere, and with a terminal nobody looks at that.
 * @returns its pid, in the monitor's PID namespace
 * @throws as `execInContainer`
 */
export async function execDetached(options: ExecDetachedOptions): Promise<number> {
  const { openStdin = false, ...entry } = options;
  const stdin = openStdin ? "pipe" : "null";
  // Without streams it cannot be held up by who reads them.
  const streams = { stdin, stdout: "null", stderr: "null" } as const;
  return enterBelow({ ...entry, ...streams }, (monitor, plan, id) => {
    return monitor.execDetached(plan, { id });
  });
}

/** A command that entered a container, below its monitor. Disposing of it leaves it alone: it goes on, its output going nowhere. */
export interface ExecAttachment extends AsyncDisposable {
  /** In the monitor's PID namespace. */
  readonly pid: number;
  readonly streams: Pick<EnteredProcess, "kill" | "resize" | "stderr" | "stdin" | "stdout">;
  /** Settles when all output was read: read or resume both streams. */
  wait(): Promise<ExitStatus>;
}

/**
 * Runs a command as `execInContainer` does, but as a child of the container's monitor: it can be left alone, and goes on when
 * this process ends.
 * @throws as `execInContainer`
 */
export async function execAttached(options: ExecAttachedOptions): Promise<ExecAttachment> {
  const pipes = { stdin: "pipe", stdout: "pipe", stderr: "pipe" } as const;
  const streams = await enterBelow({ ...options, ...pipes }, (monitor, plan, id) => {
    return monitor.exec(plan, { id });
  });
  const ended = streams.exited.then(toExitStatus);
  // Who leaves it alone asks for no end.
  ended.catch(() => {});
  return {
    pid: streams.pid,
    streams,
    wait: () => ended,
    [Symbol.asyncDispose]: () => streams[Symbol.asyncDispose](),
  };
}

async function enterBelow<Command>(
  options: ContainerTarget & EntryOptions,
  act: (monitor: MonitorConnection, plan: Plan, id: ContainerId) => Promise<Command>,
): Promise<Command> {
  const found = findContainer(options);
  try {
    const plan = await compileEntry(found, { ...options, entered: findEntered(found) });
    await using monitor = await connectTo(found, "enter");
    // By the descriptor that the monitor holds.
    const own = { ...plan, container: undefined };
    return await act(monitor, own, recordExec(found, options.command));
  } catch (error) {
    throw explainEnd(found, error);
  }
}
