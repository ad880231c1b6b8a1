import type { ContainerResult, Limits } from "@dockher/runtime";
import { formatMemory } from "../output/units.js";
import { toExitCode } from "./signals.js";

export interface VerdictOptions {
  limits: Limits;
  /** Milliseconds. */
  timeout: number | undefined;
}

/**
 * Why Dockher, the kernel or a limit had a hand in the end of the container; undefined where the command just ended.
 * It comes from the kernel's counters, so it may say what an exit code of 0 hides.
 */
export function renderVerdict(
  { reason, usage }: ContainerResult,
  { limits, timeout }: VerdictOptions,
): string | undefined {
  if (reason === "timed-out") {
    return `the time limit of ${(timeout ?? 0) / 1000} s was reached: the container was killed`;
  }
  if (usage.oomKills === 0) return undefined;
  return renderOomVerdict({
    limits,
    killed: usage.oomKills === 1 ? "1 process" : `${usage.oomKills} processes`,
  });
}

export interface OomVerdictOptions {
  limits: Limits;
  /** What the kernel killed, in words. */
  killed: string;
}

export function renderOomVerdict({ limits, killed }: OomVerdictOptions): string {
  const limit = limits.memory === undefined ? "" : ` of ${formatMemory(limits.memory)}`;
  return `the memory limit${limit} was reached: the kernel killed ${killed}`;
}

/** The exit code of `dockher run`: the command's own, or 128+n where signal n ended it. */
export function toRunExitCode({ status }: ContainerResult): number {
  return status.signal === undefined ? status.exitCode : toExitCode(status.signal);
}
