import type { EnteredExit, ProcessExit } from "@dockher/ns";

/** Why a container ended; `oom-killed` comes from the kernel's own counter, never from an exit code. */
export type ExitReason =
  | "exited"
  | "signaled"
  | "oom-killed"
  | "timed-out"
  | "output-limit"
  | "aborted";

/** How the first process of the container ended. */
export type ExitStatus =
  | { exitCode: number; signal?: never }
  | { exitCode?: never; signal: NodeJS.Signals };

export interface ResourceUsage {
  /** Microseconds of all processes of the container. */
  cpuTimeUs: number;
  userTimeUs: number;
  systemTimeUs: number;
  /** Milliseconds from the start of the command to its end. */
  wallTimeMs: number;
  /**
   * Bytes at the highest: of the whole container where its cgroup counts memory (v2: since Linux 5.19), else of its
   * largest process where the kernel tells it.
   */
  peakMemory: number | undefined;
  /** Processes that the kernel killed because the memory limit was reached. */
  oomKills: number;
}

export interface ContainerResult {
  /** 64 hexadecimal digits. */
  id: string;
  reason: ExitReason;
  status: ExitStatus;
  usage: ResourceUsage;
}

export interface RunResult extends ContainerResult {
  stdout: Buffer;
  stderr: Buffer;
}

/** As the launcher tells it, of a process of its own or of a monitor's. */
export function toExitStatus(exit: ProcessExit | EnteredExit): ExitStatus {
  return exit.kind === "exited"
    ? { exitCode: exit.exitCode }
    : { signal: exit.signalName as NodeJS.Signals };
}

/** The exit code as a shell shows it: 128+n for signal n. */
export function toShellExitCode(status: ExitStatus, signals: Record<string, number>): number {
  return status.signal === undefined ? status.exitCode : 128 + (signals[status.signal] ?? 0);
}
