import { readlinkSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { type LaunchedProcess, type ProcessExit, park } from "@dockher/ns";
import type { TerminalHandle } from "../container-handle.js";
import { recordContainerEvent, recordContainerEvents } from "../events/journal.js";
import type { ExitStatus } from "../result.js";
import { type ContainerId, generateContainerId } from "../state/container-id.js";
import { readUserNamespace } from "../user-namespace/read-user-namespace.js";
import { compileEntry, type Entered, type EntryOptions } from "./compile-entry.js";
import { readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  rootOf,
} from "./find-container.js";
import { refuseState } from "./refuse-state.js";
import { connectTo } from "./signal-container.js";

export interface ExecOptions extends ContainerTarget, EntryOptions {
  /** Aborting kills the command; before the start, it undoes what was made. */
  signal?: AbortSignal;
}

/** A command that entered a container. It dies with this process. */
export interface EnteredCommand extends AsyncDisposable {
  /** In the caller's PID namespace. */
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly terminal: TerminalHandle | undefined;
  /** Sends a signal; false where it has ended. */
  kill(signal?: NodeJS.Signals | number): boolean;
  wait(): Promise<ExitStatus>;
}

/**
 * Runs a command in a container that runs: in all its namespaces and its cgroup, with its user, capabilities, seccomp filter
 * and limits unless told otherwise.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`, `CONTAINER_PAUSED`; NsError `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`
 */
export async function execInContainer(options: ExecOptions): Promise<EnteredCommand> {
  const found = findContainer(options);
  const pid = checkRunning(found);
  try {
    const plan = await compileEntry(found, { ...options, entered: enter(found, pid) });
    await using parked = await park(plan, { signal: options.signal });
    // What was entered is the container's if it runs even now: else its pid may have been somebody else's by then.
    if (checkRunning(found) !== pid)
      throw refuseState(found.config.name, { state: "exited" }, "enter");
    const execID = recordEntry(found, options.command);
    const process = await parked.release();
    return wrapProcess(process, options.signal, (exit) => recordEnd(found, execID, exit));
  } catch (error) {
    throw explainEnd(found, error);
  }
}

function enter({ config }: KeptContainer, pid: number): Entered {
  return { pid, userNamespace: readUserNamespace({ pid, type: config.userNamespace }) };
}

/** A container that ended meanwhile is why it could not be entered. */
function explainEnd(found: KeptContainer, error: unknown): unknown {
  if (!(error instanceof Error && "errno" in error)) return error;
  const status = readStatus(found);
  if (status.state !== "running") return refuseState(found.config.name, status, "enter");
  return isGone(status.pid) ? refuseState(found.config.name, { state: "exited" }, "enter") : error;
}

/** Its monitor has not said so yet: a process that has ended is in no namespace. */
function isGone(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/ns/mnt`);
    return false;
  } catch {
    return true;
  }
}

/** What a command that nobody waits for has: no streams, so that it cannot be held up by who reads them. */
export type ExecDetachedOptions = Omit<
  ExecOptions,
  "signal" | "stderr" | "stdin" | "stdout" | "terminal"
>;

/**
 * Runs a command as {@link execInContainer} does, but as a child of the container's monitor: it goes on when this process ends.
 * Its output goes nowhere.
 * @returns its pid, in the monitor's PID namespace
 * @throws as {@link execInContainer}
 */
export async function execDetached(options: ExecDetachedOptions): Promise<number> {
  const found = findContainer(options);
  const pid = checkRunning(found);
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  try {
    const plan = await compileEntry(found, { ...options, ...streams, entered: enter(found, pid) });
    await using monitor = await connectTo(found, "enter");
    // By the descriptor that the monitor holds: the pid may be somebody else's by then.
    const namespaces = plan.namespaces.map(({ type }) => ({ type, of: "container" as const }));
    const id = recordEntry(found, options.command);
    return await monitor.execDetached({ ...plan, namespaces }, { id });
  } catch (error) {
    throw explainEnd(found, error);
  }
}

/** Tells of a command as Docker does, before it is known whether there is such a one; what it is called from then on. */
function recordEntry({ record, config }: KeptContainer, command: readonly string[]): ContainerId {
  const execID = generateContainerId();
  const [program, ...words] = command;
  const text = `${program} ${words.join(" ")}`;
  const actions = [`exec_create: ${text}`, `exec_start: ${text}`] as const;
  recordContainerEvents(rootOf(record), config, actions, { execID });
  return execID;
}

/** What a monitor tells of its own. */
function recordEnd({ record, config }: KeptContainer, execID: ContainerId, exit: ProcessExit) {
  const exitCode = exit.kind === "exited" ? exit.exitCode : 128 + exit.signal;
  recordContainerEvent(rootOf(record), config, "exec_die", { execID, exitCode: `${exitCode}` });
}

function checkRunning(found: KeptContainer): number {
  const status = readStatus(found);
  if (status.state !== "running") throw refuseState(found.config.name, status, "enter");
  return status.pid;
}

function wrapProcess(
  process: LaunchedProcess,
  signal: AbortSignal | undefined,
  recordEnd: (exit: ProcessExit) => void,
): EnteredCommand {
  const abort = (): void => void process.kill("SIGKILL");
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const ended = process.exited.finally(() => signal?.removeEventListener("abort", abort));
  ended.then(recordEnd, () => {});
  const { console: fd } = process;
  return {
    pid: process.pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    terminal: fd === undefined ? undefined : { fd, resize: (size) => process.resize(size) },
    kill: (name = "SIGTERM") => process.kill(name),
    async wait() {
      const exit = await ended;
      return exit.kind === "exited"
        ? { exitCode: exit.exitCode }
        : { signal: exit.signalName as NodeJS.Signals };
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
