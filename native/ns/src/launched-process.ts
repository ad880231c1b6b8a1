import type { Socket } from "node:net";
import { binding } from "./binding.js";
import { describeErrno } from "./errno.js";
import { failedCall } from "./error.js";
import { numberSignal, type ProcessExit } from "./exit.js";
import { Pipe } from "./pipe.js";
import type { Start, StartedProcess } from "./start.js";

/** Columns and rows, characters. */
export interface TerminalSize {
  rows: number;
  columns: number;
}

/** A running process. `await using` kills it at the end of the block. */
export class LaunchedProcess implements AsyncDisposable {
  /** In the pid namespace of this process. */
  readonly pid: number;
  /** The master side of the console, where the plan has one; the caller's to close. */
  readonly console: number | undefined;
  private readonly start: Start;
  private readonly pipes: Record<"stdin" | "stdout" | "stderr", Pipe>;

  /** @internal */
  constructor(start: Start, { pid, console, stdio }: StartedProcess) {
    const [stdin = -1, stdout = -1, stderr = -1] = stdio;
    this.pid = pid;
    this.start = start;
    this.console = console < 0 ? undefined : console;
    const { handle } = start;
    this.pipes = {
      stdin: new Pipe({ handle, stream: 0, fd: stdin }),
      stdout: new Pipe({ handle, stream: 1, fd: stdout }),
      stderr: new Pipe({ handle, stream: 2, fd: stderr }),
    };
  }

  /** How it ended. Rejects only where somebody else reaped it (`EXIT_UNKNOWN`). */
  get exited(): Promise<ProcessExit> {
    return this.start.exited;
  }

  /** Our end of the pipe as a stream, made at first use. Undefined where the plan has no pipe here. */
  get stdin(): Socket | undefined {
    return this.pipes.stdin.open("write");
  }

  get stdout(): Socket | undefined {
    return this.pipes.stdout.open("read");
  }

  get stderr(): Socket | undefined {
    return this.pipes.stderr.open("read");
  }

  /** Our end of the pipe as a descriptor, which is the caller's to close from here on. */
  takeDescriptor(stream: "stdin" | "stdout" | "stderr"): number | undefined {
    return this.pipes[stream].take();
  }

  /** Send a signal, by pidfd: never to a process that only got the same pid. False where it has ended. */
  kill(signal: number | NodeJS.Signals = "SIGTERM"): boolean {
    const result = binding.kill(this.start.handle, numberSignal(signal));
    if (result === 0) return true;
    if (describeErrno(-result).name === "ESRCH") return false;
    throw failedCall(`signal process ${this.pid}`, result);
  }

  /** Change the size of the console. Nothing where there is none. */
  resize({ rows, columns }: TerminalSize): void {
    if (this.console === undefined) return;
    const result = binding.resize(this.console, rows, columns);
    if (result < 0) throw failedCall("resize the console", result);
  }

  /** Kill it where it still runs, wait for its end, and close pipes that nobody took. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.exited.catch(() => {});
    for (const pipe of Object.values(this.pipes)) pipe.close();
  }
}
