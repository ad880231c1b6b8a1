import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { BindingEvent, binding, type Handle } from "./binding.js";
import { encodePlan, type Hold } from "./encode.js";
import { formatErrno } from "./errno.js";
import { NsError } from "./error.js";
import { nameSignal, numberSignal, type ProcessExit } from "./exit.js";
import { describeFailure } from "./failure.js";
import type { Plan } from "./plan.js";

export interface LaunchOptions {
  /** Ends the start; once it has succeeded, use {@link LaunchedProcess.kill}. */
  signal?: AbortSignal | undefined;
}

/**
 * Start the plan's command. Resolves when exec has succeeded; the main thread never waits.
 * The process dies with this one, or with the worker that started it.
 * @throws NsError see its codes; nothing is left behind
 */
export async function launch(plan: Plan, options: LaunchOptions = {}): Promise<LaunchedProcess> {
  const start = new Start(plan, "none", options.signal);
  return await start.started;
}

/**
 * Make the plan's process but hold it before its first step: to write its id maps or to give it a network.
 * It shares no memory with this process while it waits.
 */
export async function park(plan: Plan, options: LaunchOptions = {}): Promise<ParkedProcess> {
  const start = new Start(plan, "park", options.signal);
  return new ParkedProcess(start, await start.parked);
}

/** One start, from the plan to the exit: turns the addon's events into promises. */
class Start {
  readonly handle: Handle;
  readonly parked: Promise<number>;
  readonly started: Promise<LaunchedProcess>;
  readonly exited: Promise<ProcessExit>;
  private readonly plan: Plan;
  private readonly signal: AbortSignal | undefined;
  private readonly settle: {
    park: (pid: number) => void;
    start: (process: LaunchedProcess) => void;
    fail: (error: NsError) => void;
    exit: (exit: ProcessExit) => void;
    lose: (error: NsError) => void;
  };

  constructor(plan: Plan, hold: Hold, signal: AbortSignal | undefined) {
    this.plan = plan;
    this.signal = signal;
    const parked = defer<number>();
    const started = defer<LaunchedProcess>();
    const exited = defer<ProcessExit>();
    this.parked = parked.promise;
    this.started = started.promise;
    this.exited = exited.promise;
    this.settle = {
      park: parked.resolve,
      start: started.resolve,
      fail: (error) => {
        parked.reject(error);
        started.reject(error);
      },
      exit: exited.resolve,
      lose: exited.reject,
    };
    const bytes = encodePlan(plan, hold);
    if (signal?.aborted) throw aborted(plan, signal.reason);
    this.handle = binding.start(bytes, (event, ...numbers) => this.take(event, numbers));
    signal?.addEventListener("abort", this.abort, { once: true });
  }

  readonly abort = (): void => binding.abort(this.handle);

  release(): void {
    const result = binding.release(this.handle);
    if (result < 0) throw failedCall(`release ${this.plan.args[0]}`, result);
  }

  private take(event: number, numbers: number[]): void {
    if (event !== BindingEvent.parked) this.signal?.removeEventListener("abort", this.abort);
    if (event === BindingEvent.parked) this.settle.park(numbers[0] ?? 0);
    if (event === BindingEvent.started) this.settle.start(new LaunchedProcess(this, numbers));
    if (event === BindingEvent.failed) this.settle.fail(this.describe(numbers));
    if (event === BindingEvent.exited) this.finish(numbers);
  }

  private describe([phase = 0, index = 0, errno = 0, detail = 0, signal = 0]: number[]): NsError {
    if (this.signal?.aborted) return aborted(this.plan, this.signal.reason);
    return describeFailure(this.plan, { phase, index, errno, detail, signal });
  }

  private finish([
    code = -1,
    signal = 0,
    user = 0,
    system = 0,
    peak = 0,
    wall = 0,
  ]: number[]): void {
    const usage = {
      userMicroseconds: user,
      systemMicroseconds: system,
      peakResidentBytes: peak,
      wallNanoseconds: wall,
    };
    if (code >= 0) this.settle.exit({ kind: "exited", exitCode: code, ...usage });
    else if (signal > 0)
      this.settle.exit({ kind: "signaled", signal, signalName: nameSignal(signal), ...usage });
    else
      this.settle.lose(
        new NsError(`failed to wait for ${this.plan.args[0]}: another part of this process did`, {
          code: "EXIT_UNKNOWN",
        }),
      );
  }
}

/** A process that exists, in its namespaces, and waits. */
export class ParkedProcess {
  readonly pid: number;
  private readonly start: Start;
  private released = false;

  /** @internal */
  constructor(start: Start, pid: number) {
    this.start = start;
    this.pid = pid;
  }

  /** Let it go on. Resolves when exec has succeeded. Once only. */
  async release(): Promise<LaunchedProcess> {
    this.let();
    return await this.start.started;
  }

  /** End it unless it has been released. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.released) return;
    this.start.abort();
    this.let();
    await this.start.started.catch(() => {});
  }

  private let(): void {
    if (this.released)
      throw new NsError(`failed to release process ${this.pid}: it has been released`, {
        code: "INVALID_STATE",
      });
    this.released = true;
    this.start.release();
  }
}

/** A running container process. `await using` kills it at the end of the block. */
export class LaunchedProcess {
  readonly pid: number;
  /** Rejects only where somebody else reaped the process (`EXIT_UNKNOWN`). */
  readonly exited: Promise<ProcessExit>;
  /** The master side of the console, where the plan has one. Close it, or wrap it. */
  readonly console: number | undefined;
  private readonly handle: Handle;
  private readonly pipes: Pipe[];

  /** @internal */
  constructor(start: Start, [pid = 0, console = -1, ...stdio]: number[]) {
    this.pid = pid;
    this.handle = start.handle;
    this.exited = start.exited;
    this.console = console < 0 ? undefined : console;
    this.pipes = stdio.map((fd) => new Pipe(fd));
  }

  /** Our end of a pipe, as a stream made at first use. Undefined where the plan has no pipe. */
  get stdin(): Socket | undefined {
    return this.pipes[0]?.open("write");
  }

  get stdout(): Socket | undefined {
    return this.pipes[1]?.open("read");
  }

  get stderr(): Socket | undefined {
    return this.pipes[2]?.open("read");
  }

  /** Our end of a pipe as a descriptor, which is the caller's to close from here on. */
  takeDescriptor(stream: "stdin" | "stdout" | "stderr"): number | undefined {
    return this.pipes[["stdin", "stdout", "stderr"].indexOf(stream)]?.take();
  }

  /** Send a signal, by pidfd: never to a process that only got the same pid. False where it has ended. */
  kill(signal: number | NodeJS.Signals = "SIGTERM"): boolean {
    const result = binding.kill(this.handle, numberSignal(signal));
    if (result === 0) return true;
    if (result === -ESRCH) return false;
    throw failedCall(`signal process ${this.pid}`, result);
  }

  /** Change the size of the console. */
  resize(size: { rows: number; columns: number }): void {
    if (this.console === undefined) return;
    const result = binding.resize(this.console, size.rows, size.columns);
    if (result < 0) throw failedCall("resize the console", result);
  }

  /** Kill it where it still runs, wait for its end, and close pipes that nobody took. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.exited.catch(() => {});
    for (const pipe of this.pipes) pipe.close();
  }
}

const ESRCH = 3;

/** Our end of a pipe: a descriptor until somebody asks for the stream. */
class Pipe {
  private fd: number;
  private socket: Socket | undefined;

  constructor(fd: number) {
    this.fd = fd;
  }

  open(direction: "read" | "write"): Socket | undefined {
    if (this.socket === undefined && this.fd >= 0) {
      const { Socket } = process.getBuiltinModule("node:net");
      const fd = this.take();
      this.socket = new Socket({
        ...(fd === undefined ? {} : { fd }),
        readable: direction === "read",
        writable: direction === "write",
      });
    }
    return this.socket;
  }

  take(): number | undefined {
    const { fd } = this;
    this.fd = -1;
    return fd < 0 ? undefined : fd;
  }

  close(): void {
    const fd = this.take();
    if (fd !== undefined) closeSync(fd);
    this.socket?.destroy();
  }
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

/** Promise.withResolvers, which Node 20 lacks; a rejection that nobody awaits is no crash. */
function defer<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

function aborted(plan: Plan, reason: unknown): NsError {
  return new NsError(`failed to start ${plan.args[0]}: aborted`, {
    code: "LAUNCH_ABORTED",
    cause: reason,
  });
}

function failedCall(what: string, result: number): NsError {
  return new NsError(`failed to ${what}: ${formatErrno(-result)}`, { code: "SYSTEM_CALL_FAILED" });
}
