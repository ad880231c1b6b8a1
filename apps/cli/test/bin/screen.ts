import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { BIN, type Machine } from "./dockher.ts";

/** Why no terminal can be driven here; undefined where one can. */
export function findScreenObstacle(): string | undefined {
  return spawnSync("tmux", ["-V"]).status === 0 ? undefined : "tmux is missing";
}

/** How long something may take to appear. A test that fails waits as long, one that passes does not. */
const PATIENCE_MS = 60_000;

/** A terminal with a shell in it, driven by tmux(1) as a person would. */
export class Screen implements Disposable {
  readonly #socket: string;

  constructor(machine: Machine, { columns = 100, rows = 30 } = {}) {
    this.#socket = join(machine.directory, `screen-${randomUUID()}`);
    const env = {
      ...machine.env,
      TERM: "xterm-256color",
      PS1: "",
      D: `${process.execPath} ${BIN}`,
    };
    const size = ["-x", String(columns), "-y", String(rows)];
    // -f: nobody's own configuration. The shell reads no start-up files.
    execFileSync(
      "tmux",
      ["-S", this.#socket, "-f", "/dev/null", "new-session", "-d", ...size, "/bin/sh"],
      {
        env,
        cwd: machine.directory,
      },
    );
    // A shell that asks so has read all that was typed before, and cleared the screen.
    this.enter("PS1='ready> '; clear");
  }

  /** Types text, and Enter behind it. */
  enter(line: string): void {
    this.#tmux("send-keys", "-l", "--", line);
    this.#tmux("send-keys", "Enter");
  }

  /** Presses keys by tmux's names: `C-c`, `Up`. */
  press(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What is to be seen. */
  read(): string {
    return this.#tmux("capture-pane", "-p").replace(/\n+$/, "\n");
  }

  /** Resolves to the screen as soon as it matches. */
  async see(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const text = this.read();
      if (pattern.test(text)) return text;
      if (Date.now() > deadline) throw new Error(`${pattern} did not appear on:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-S", this.#socket, ...args], { encoding: "utf8" });
  }
}
