import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Cgroup } from "../cgroup.js";
import { CgroupError, wrapErrno } from "../error.js";
import { CgroupManager } from "../manager.js";
import type { CgroupStats } from "../stats.js";
import { findCommand } from "./find-command.js";
import { makeLauncher, READY } from "./launcher.js";
import { type Limits, toResources } from "./limits.js";

export interface SpawnInCgroupOptions extends Omit<SpawnOptions, "shell" | "argv0"> {
  limits: Limits;
  /** Default: `CgroupManager.open()`. */
  manager?: CgroupManager;
}

/** How it ended, by the kernel's own counters. */
export interface Verdict {
  /** null where a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Whether an out-of-memory killer ended any of its processes. */
  oomKilled: boolean;
  /** CPU time of all its processes, microseconds. */
  cpuUs?: number;
  /** The most memory that all of them had at once, bytes. */
  peakMemory?: number;
  /** Everything else that was counted. */
  stats: CgroupStats;
}

export interface SpawnedInCgroup {
  child: ChildProcess;
  cgroup: Cgroup;
  /** Settles when the program has ended, what it left running is killed, and the cgroup is removed. */
  verdict: Promise<Verdict>;
}

/**
 * `child_process.spawn` under limits: the program is in its cgroup before its first instruction. Resolves when it has
 * been started; `options` are those of spawn, except `shell` and `argv0`.
 * @throws CgroupError `INVALID_LIMITS`, `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `CWD_NOT_FOUND`,
 * `LAUNCH_FAILED`, and what
 * {@link CgroupManager.create} throws; nothing is left behind then.
 */
export async function spawnInCgroup(
  command: string,
  args: readonly string[],
  { limits, manager = CgroupManager.open(), ...options }: SpawnInCgroupOptions,
): Promise<SpawnedInCgroup> {
  options.signal?.throwIfAborted();
  const resources = toResources(limits);
  const env = options.env ?? process.env;
  const { PATH: path } = env;
  const found = findCommand(command, { path, cwd: options.cwd?.toString() });
  const cgroup = await manager.create({ name: `spawn-${randomUUID()}`, resources });
  try {
    // The shell's exec takes a leading hyphen for an option.
    const argv = [command.startsWith("-") ? found : command, ...args];
    const child = await launch(cgroup, argv, { ...options, env });
    return { child, cgroup, verdict: judge(child, cgroup) };
  } catch (error) {
    await cgroup[Symbol.asyncDispose]();
    throw error;
  }
}

async function launch(
  cgroup: Cgroup,
  argv: readonly string[],
  options: SpawnOptions & { env: NodeJS.ProcessEnv },
): Promise<ChildProcess> {
  const procsFds: number[] = [];
  let child: ChildProcess;
  let statusFd: number;
  try {
    for (const file of listProcsFiles(cgroup)) procsFds.push(openProcs(file));
    const { env, stdio } = options;
    const launcher = makeLauncher({ argv, env, stdio, procsFds });
    statusFd = launcher.statusFd;
    child = spawn(launcher.file, launcher.args, { ...options, stdio: launcher.stdio });
  } finally {
    for (const fd of procsFds) closeSync(fd);
  }
  let failure: unknown;
  const keepFailure = (error: unknown): void => {
    failure = error;
  };
  child.once("error", keepFailure);
  if (child.pid === undefined) await once(child, "error");
  const said = failure === undefined ? await text(child.stdio[statusFd] as Readable) : "";
  child.off("error", keepFailure);
  if (said === READY && failure === undefined) return child;
  if (child.pid !== undefined) await waitForExit(child);
  throw new CgroupError(
    `failed to start ${argv[0]}: ${explain({ failure, said, child, cgroup })}`,
    {
      code: "LAUNCH_FAILED",
      cause: failure,
    },
  );
}

interface FailedLaunch {
  failure: unknown;
  said: string;
  child: ChildProcess;
  cgroup: Cgroup;
}

function explain({ failure, said, child, cgroup }: FailedLaunch): string {
  if (failure !== undefined) return String(failure);
  if (cgroup.readOomKills() > 0) return "the memory limit is too low to start anything";
  return said.trim() || `the launcher ended with ${child.signalCode ?? child.exitCode}`;
}

async function waitForExit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

async function judge(child: ChildProcess, cgroup: Cgroup): Promise<Verdict> {
  await waitForExit(child);
  await cgroup.killAll();
  const stats = await cgroup.stats();
  await cgroup.remove();
  const { memory, cpu } = stats;
  return {
    exitCode: child.exitCode,
    signal: child.signalCode,
    oomKilled: (memory?.oomKills ?? 0) > 0,
    ...(cpu.usageUs === undefined ? {} : { cpuUs: cpu.usageUs }),
    ...(memory?.peak === undefined ? {} : { peakMemory: memory.peak }),
    stats,
  };
}

function listProcsFiles({ attachment }: Cgroup): readonly string[] {
  return attachment.version === 2
    ? [`${attachment.directory}/cgroup.procs`]
    : attachment.procsFiles;
}

function openProcs(file: string): number {
  try {
    return openSync(file, constants.O_WRONLY);
  } catch (error) {
    throw wrapErrno(`open ${file}`, error);
  }
}
