import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { hasErrno } from "../error.js";
import { type SpawnAsRootOptions, spawnAsRoot } from "../user-namespace/spawn-as-root.js";
import { explainStart, SYSTEM_PATH } from "./program.js";

export interface CommandOptions {
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** Called with each piece of what the command writes to descriptor 3. */
  onStatus?: (chunk: string) => void;
}

export interface CommandResult {
  /** Null where a signal ended it. */
  exitCode: number | null;
  stdout: Buffer;
  /** The last part of what was said on stdout and stderr together. */
  log: string;
}

const LOG_LIMIT = 64 * 1024;
const STDOUT_LIMIT = 64 * 1024 * 1024;

/**
 * Runs a command to its end and captures what it says. The caller's environment is not passed on.
 * @throws the signal's reason when aborted, after the command is gone; RootfsError `PROGRAM_MISSING`
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return collect(command, options, (spawnOptions) => spawn(command, args, spawnOptions));
}

async function collect(
  command: string,
  options: CommandOptions,
  start: (spawnOptions: SpawnAsRootOptions) => ChildProcess,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const child = start({
    env: { PATH: SYSTEM_PATH, HOME: chooseHome(), LC_ALL: "C", ...options.env },
    stdio: ["ignore", "pipe", "pipe", options.onStatus ? "pipe" : "ignore"],
    // Ctrl-C at a terminal is for us alone: we end the command, so that it cannot half clean up.
    detached: true,
  });
  const stdout: Buffer[] = [];
  let length = 0;
  let log = "";
  const keepLog = (chunk: Buffer): void => {
    log = (log + chunk.toString("latin1")).slice(-LOG_LIMIT);
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= STDOUT_LIMIT) stdout.push(chunk);
    keepLog(chunk);
  });
  child.stderr?.on("data", keepLog);
  const status = child.stdio[3] as Readable | null;
  status?.setEncoding("utf8").on("data", (chunk: string) => options.onStatus?.(chunk));
  const kill = (): void => killGroup(child.pid);
  options.signal?.addEventListener("abort", kill);
  try {
    // "close" comes when the last holder of the pipes is gone, not only the first process.
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", (error) => reject(explainStart(command, error)));
      child.once("close", resolve);
    });
    return { exitCode, stdout: Buffer.concat(stdout), log };
  } finally {
    options.signal?.removeEventListener("abort", kill);
    options.signal?.throwIfAborted();
  }
}

/** No home of a user's, whose programs may be told there to do otherwise. */
function chooseHome(): string {
  return process.geteuid?.() === 0 ? "/root" : "/nonexistent";
}

/** A detached child leads a process group, so that what it has started ends with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // All are gone.
    if (!hasErrno(error, "ESRCH")) throw error;
  }
}

/**
 * Runs a command as root, or as the root of a user namespace, in mount and PID namespaces of its own: its mounts are never
 * seen outside, and when it or this process dies, however that happens, the kernel ends all that it started.
 * @throws RootfsError also what {@link spawnAsRoot} tells of
 */
export async function runIsolated(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  // prctl(2): PDEATHSIG says nothing when the parent died before the call, hence the look at PPID.
  const guard = '[ "$PPID" = "$0" ] && exec "$@"';
  const namespaces = "--mount --pid --fork --kill-child --mount-proc --propagation private".split(
    " ",
  );
  const guarded = ["--pdeathsig", "KILL", "--", "sh", "-c", guard, String(process.pid), "unshare"];
  const whole = [...guarded, ...namespaces, "--", command, ...args];
  return collect("setpriv", options, (spawnOptions) => spawnAsRoot("setpriv", whole, spawnOptions));
}
