import type { Readable, Writable } from "node:stream";
import type { ContainerResult } from "./result.js";

/** A running container. `await using` kills it and waits until nothing of it is left. */
export interface Container extends AsyncDisposable {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string | undefined;
  /** Of the first process, in the caller's PID namespace. */
  readonly pid: number;
  /** Present where the option was `"pipe"`. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** The master side of the pseudo-terminal, where `terminal` was given. */
  readonly terminal: TerminalHandle | undefined;
  /** Sends a signal to the first process; false where it has ended. */
  kill(signal?: NodeJS.Signals | number): boolean;
  /** Resolves when the container has ended and nothing of it is left: no process, cgroup, mount or file. */
  wait(): Promise<ContainerResult>;
}

export interface TerminalHandle {
  readonly fd: number;
  resize(size: { rows: number; columns: number }): void;
}
