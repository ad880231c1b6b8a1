import { execFileSync, spawn } from "node:child_process";
import { openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * Changes the soft limits of this process by prlimit(1), which Node has no call for. The shell that runs it is there
 * beforehand, and talks over FIFOs, because a process without descriptors can start nothing.
 */
export class Limiter {
  readonly #commands: number;
  readonly #answers: number;

  constructor(directory: string) {
    const [commands, answers] = [join(directory, "commands"), join(directory, "answers")];
    execFileSync("mkfifo", [commands, answers]);
    const script = 'while read limit; do prlimit --pid "$0" $limit; echo done >&3; done';
    this.#commands = openSync(commands, "r+");
    this.#answers = openSync(answers, "r+");
    const shell = spawn("sh", ["-c", script, String(process.pid)], {
      stdio: [this.#commands, "ignore", "inherit", this.#answers],
    });
    shell.unref();
    // It reads from what it writes to itself, so it never sees an end.
    process.once("exit", () => shell.kill("SIGKILL"));
  }

  /** `--nofile=20:`, as prlimit(1) takes it. */
  set(limit: string): void {
    writeSync(this.#commands, `${limit}\n`);
    readSync(this.#answers, Buffer.alloc(16));
  }
}
