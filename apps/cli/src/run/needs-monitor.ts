import type { OptionValues } from "../arguments/option.js";
import { isWatched } from "./attached-streams.js";
import type { RunOptionTable } from "./option-table.js";

/** Words that only a monitor carries out, or that only who looks at a kept container can see. */
const WORDS = [
  "annotation",
  "attach",
  "cidfile",
  "expose",
  "health-cmd",
  "health-interval",
  "health-retries",
  "health-start-interval",
  "health-start-period",
  "health-timeout",
  "label",
  "label-file",
  "log-driver",
  "log-opt",
  "restart",
  "stop-signal",
  "stop-timeout",
] as const;

/**
 * Whether a container runs below a monitor, which outlives this process; else it is this process's child, and starts faster. What
 * has a name is to be found by it, in `ps` and by `exec`, but only this process ends a container in time.
 */
export function needsMonitor(values: OptionValues<RunOptionTable>): boolean {
  return (
    values.detach === true ||
    values.rm === false ||
    (values.name !== undefined && values.timeout === undefined) ||
    values["detach-keys"] !== undefined ||
    // A signal ends this process alone.
    values["sig-proxy"] === false ||
    WORDS.some((name) => (values[name]?.length ?? 0) > 0)
  );
}

type EndValues = Pick<
  OptionValues<RunOptionTable>,
  "attach" | "detach" | "name" | "restart" | "rm"
>;

/** Whether it is removed at its end: where somebody sees what it writes, unless it has a name, or is to restart. */
export function isRemovedAtEnd({ attach, detach, name, rm, restart }: EndValues): boolean {
  if (rm !== undefined) return rm;
  if (name !== undefined) return false;
  return isWatched({ attach, detach }) && (restart === undefined || restart === "no");
}
