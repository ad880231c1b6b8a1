import type { ExitReason, ExitStatus } from "../result.js";

/** Why Dockher itself killed a container, if it did. */
export type KillReason = Extract<ExitReason, "timed-out" | "output-limit" | "aborted">;

export interface EndOfContainer {
  status: ExitStatus;
  killedFor: KillReason | undefined;
  /** From the cgroup's counter. */
  oomKills: number;
}

/**
 * Why the container ended. A command that succeeds although the kernel killed a process of it has coped: it exited.
 */
export function decideReason(end: EndOfContainer): ExitReason {
  if (end.killedFor !== undefined) return end.killedFor;
  if (end.oomKills > 0 && end.status.exitCode !== 0) return "oom-killed";
  return end.status.signal === undefined ? "exited" : "signaled";
}
