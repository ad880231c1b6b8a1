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

/** Whether a container runs below a monitor, which outlives this process; else it is this process's child, and starts faster. */
export function needsMonitor(values: OptionValues<RunOptionTable>): boolean {
  return (
    values.detach === true ||
    values.rm === false ||
    values["detach-keys"] !== undefined ||
    // A signal ends this process alone.
    values["sig-proxy"] === false ||
    WORDS.some((name) => (values[name]?.length ?? 0) > 0)
  );
}

/** Whether it is removed at its end: where somebody sees what it writes, unless it is to stay or to restart. */
export function isRemovedAtEnd({
  attach,
  detach,
  rm,
  restart,
}: Pick<OptionValues<RunOptionTable>, "attach" | "detach" | "restart" | "rm">): boolean {
  if (rm !== undefined) return rm;
  return isWatched({ attach, detach }) && (restart === undefined || restart === "no");
}
