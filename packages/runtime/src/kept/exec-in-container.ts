import { readlinkSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { type LaunchedProcess, launch } from "@dockher/ns";
import type { ProcessIdentity } from "@dockher/rootfs";
import type { TerminalHandle } from "../container-handle.js";
import { type ExitStatus, toExitStatus } from "../result.js";
import { readUserNamespace } from "../user-namespace/read-user-namespace.js";
import { compileEntry, type Entered, type EntryOptions } from "./compile-entry.js";
import { observeContainer, readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { recordExec, recordExecEnd } from "./record-exec.js";
import { refuseState } from "./refuse-state.js";

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
  try {
    const plan = await compileEntry(found, { ...options, entered: findEntered(found) });
    const id = recordExec(found, options.command);
    const process = await launch(plan, { signal: options.signal });
    process.exited.then(
      (exit) => recordExecEnd(found, { id, exit }),
      () => {},
    );
    return wrapProcess(process, options.signal);
  } catch (error) {
    throw explainEnd(found, error);
  }
}

/**
 * What is entered. A container that is paused runs nothing: a command would wait in it.
 * @throws RuntimeError `CONTAINER_NOT_RUNNING`, `CONTAINER_PAUSED`
 */
export function findEntered(found: KeptContainer): Entered & { first: ProcessIdentity } {
  const { status, first } = observeContainer(found);
  const { name, userNamespace: type } = found.config;
  if (first === undefined || status.state !== "running") throw refuseState(name, status, "enter");
  return { first, userNamespace: readUserNamespace({ pid: first.pid, type }) };
}

/** A container that ended meanwhile is why it could not be entered. */
export function explainEnd(found: KeptContainer, error: unknown): unknown {
  if (!(error instanceof Error && "errno" in error)) return error;
  const status = readStatus(found);
  if (status.state !== "running") return refuseState(found.config.name, status, "enter");
  const ended = error.errno === "ESRCH" || isGone(status.pid);
  return ended ? refuseState(found.config.name, { state: "exited" }, "enter") : error;
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

function wrapProcess(process: LaunchedProcess, signal: AbortSignal | undefined): EnteredCommand {
  const abort = (): void => void process.kill("SIGKILL");
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const ended = process.exited.finally(() => signal?.removeEventListener("abort", abort));
  ended.catch(() => {});
  const { console: fd } = process;
  return {
    pid: process.pid,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    terminal: fd === undefined ? undefined : { fd, resize: (size) => process.resize(size) },
    kill: (name = "SIGTERM") => process.kill(name),
    wait: async () => toExitStatus(await ended),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
