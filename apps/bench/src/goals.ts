import type { ContenderName } from "./contender.js";
import type { Ratio } from "./statistics.js";

/** A promise about speed: one contender's figure divided by another's stays within the limit. */
export interface Goal {
  of: ContenderName;
  against: ContenderName;
  figure: "wallMs" | "cpuMs" | "blockedMs";
  limit: number;
}

export interface GoalResult extends Goal {
  ratio: Ratio;
  /** Both the median's and the lower quartile's ratio are within the limit. */
  met: boolean;
}

/** Judged in the series without gaps. */
export const GOALS: readonly Goal[] = [
  { of: "library", against: "floor", figure: "wallMs", limit: 1.25 },
  { of: "library", against: "bwrap", figure: "wallMs", limit: 0.4 },
  { of: "library", against: "crun", figure: "wallMs", limit: 0.3 },
  { of: "library", against: "runc", figure: "wallMs", limit: 0.1 },
  { of: "run-limits", against: "crun-limits", figure: "wallMs", limit: 0.5 },
  { of: "library", against: "spawn", figure: "blockedMs", limit: 0.1 },
  { of: "prepared", against: "spawn", figure: "blockedMs", limit: 0.1 },
  { of: "exec", against: "exec-floor", figure: "wallMs", limit: 1.5 },
  { of: "dockher", against: "node", figure: "cpuMs", limit: 1.75 },
  { of: "dockher", against: "docker", figure: "wallMs", limit: 0.5 },
];

export function judgeGoal(goal: Goal, ratio: Ratio): GoalResult {
  return { ...goal, ratio, met: ratio.median <= goal.limit && ratio.p25 <= goal.limit };
}
