import type { Readable, Writable } from "node:stream";
import type { Cgroup } from "@dockher/cgroup";
import type { LaunchedProcess } from "@dockher/ns";
import type { Container, TerminalHandle } from "../container-handle.js";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import { type ContainerResult, type ResourceUsage, toExitStatus } from "../result.js";
import type { ContainerRecord } from "../state/claim.js";
import { decideReason, type KillReason } from "./decide-reason.js";
import type { UndoList } from "./undo-list.js";

export interface RunningContainerOptions {
  record: ContainerRecord;
  options: ContainerOptions;
  process: LaunchedProcess;
  cgroup: Cgroup | undefined;
  /** What goes when the container has ended. */
  undo: UndoList;
}

/** The handle of a started container; it waits for the end from the moment it is made. */
export class RunningContainer implements Container {
  readonly id: string;
  readonly name: string | undefined;
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly terminal: TerminalHandle | undefined;
  readonly #process: LaunchedProcess;
  readonly #result: Promise<ContainerResult>;
  #killedFor: KillReason | undefined;
  #ended = false;

  constructor(given: RunningContainerOptions) {
    const { record, options, process } = given;
    this.id = record.id;
    this.name = options.name;
    this.pid = process.pid;
    this.stdin = process.stdin;
    this.stdout = process.stdout;
    this.stderr = process.stderr;
    this.terminal = wrapConsole(process);
    this.#process = process;
    const release = this.#watch(options);
    this.#result = this.#end(given).finally(release);
    // Who never waits need not handle that the tidying up failed; the next start makes up for it.
    this.#result.catch(() => undefined);
  }

  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    return this.#process.kill(signal);
  }

  wait(): Promise<ContainerResult> {
    return this.#result;
  }

  /** Kills the container, and says so in its result; without effect where it has ended. */
  killFor(reason: KillReason): void {
    if (!this.#ended && this.#process.kill("SIGKILL")) this.#killedFor ??= reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killFor("aborted");
    await this.#result;
  }

  /** Kills at the timeout and on abort; returns what takes both back. */
  #watch({ timeout, signal }: ContainerOptions): () => void {
    const timer =
      timeout === undefined ? undefined : setTimeout(() => this.killFor("timed-out"), timeout);
    const abort = (): void => this.killFor("aborted");
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    return () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
  }

  async #awaitEnd(process: LaunchedProcess, cgroup: Cgroup | undefined) {
    const exit = await process.exited;
    this.#ended = true;
    try {
      return { exit, totals: cgroup?.readTotals() };
    } catch (error) {
      throw new RuntimeError(
        `failed to read what container ${this.id.slice(0, 12)} has used: ${(error as Error).message}`,
        { code: "USAGE_UNKNOWN", cause: error },
      );
    }
  }

  async #end({ record, process, cgroup, undo }: RunningContainerOptions): Promise<ContainerResult> {
    const { exit, totals } = await this.#awaitEnd(process, cgroup).catch(async (error: unknown) => {
      // Nobody knows how it ended; what was made for it goes all the same.
      await undo.run();
      throw error;
    });
    const usage: ResourceUsage = {
      cpuTimeUs: totals?.cpu.usageUs ?? exit.userMicroseconds + exit.systemMicroseconds,
      userTimeUs: totals?.cpu.userUs ?? exit.userMicroseconds,
      systemTimeUs: totals?.cpu.systemUs ?? exit.systemMicroseconds,
      wallTimeMs: exit.wallNanoseconds / 1e6,
      peakMemory: totals?.peakMemory ?? exit.peakResidentBytes,
      oomKills: totals?.oomKills ?? 0,
    };
    const failures = await undo.run();
    if (failures.length > 0) {
      throw new RuntimeError(
        `failed to tidy up container ${record.id.slice(0, 12)}: ${(failures[0] as Error).message}`,
        {
          code: "CLEANUP_FAILED",
          hint: "the next start removes what is left",
          cause: new AggregateError(failures),
        },
      );
    }
    const status = toExitStatus(exit);
    const reason = decideReason({ status, killedFor: this.#killedFor, oomKills: usage.oomKills });
    return { id: record.id, reason, status, usage };
  }
}

function wrapConsole(process: LaunchedProcess): TerminalHandle | undefined {
  const { console: fd } = process;
  return fd === undefined ? undefined : { fd, resize: (size) => process.resize(size) };
}
