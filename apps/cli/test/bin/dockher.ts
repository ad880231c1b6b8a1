import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";

export const BIN: string = fileURLToPath(new URL("../../bin/dockher.js", import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface DockherOptions {
  env?: NodeJS.ProcessEnv;
  input?: string;
  cwd?: string;
  /** Whom root becomes for it. */
  user?: { uid: number; gid: number };
}

/** A command line of ours that runs, and how it ends. */
export interface Running {
  process: ChildProcess;
  ended: Promise<Ended>;
}

/** A data directory of its own, and the command line in front of it. */
export class Machine implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "dockher-cli-"));
  readonly root: string = join(this.directory, "root");
  readonly env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: this.directory,
    DOCKHER_ROOT: this.root,
    DOCKHER_CONFIG: "",
    DOCKHER_IMAGE: "busybox",
  };

  /** Starts the built command line as people do. */
  start(args: readonly string[], options: DockherOptions = {}): Running {
    const child = spawn(process.execPath, ["--", BIN, ...args], {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.directory,
      ...options.user,
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
      ([stdout, stderr, [code, signal]]) => ({ code, signal, stdout, stderr }),
    );
    return { process: child, ended };
  }

  run(args: readonly string[], options: DockherOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** What a command prints that succeeds. */
  async say(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.is(code, 0, `${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async removeContainers(): Promise<void> {
    const ids = (await this.say("ps", "-aq", "--no-trunc")).split("\n").filter((id) => id !== "");
    if (ids.length > 0) await this.say("rm", "-fv", ...ids);
  }

  /** Mounts of this machine that lie in the data directory. */
  listMounts(): string[] {
    const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    return lines.filter((line) => line.includes(this.directory));
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
