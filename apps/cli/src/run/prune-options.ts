import { type LabelFilter, parseLogTime } from "@dockher/runtime";
import { UsageError } from "../error.js";
import { parseFilters } from "../values/filter.js";
import { readLabelFilters } from "../values/label-filter.js";

export const FORCE_OPTION = {
  force: { kind: "flag", short: "f", summary: "Do not ask" },
} as const;

/** What `--filter` of the prune commands says. */
export interface PruneFilters {
  labels: LabelFilter[];
  createdBefore?: Date;
}

/** @throws UsageError `INVALID_FILTER`; RuntimeError `INVALID_TIME` */
export function readPruneFilters(written: readonly string[]): PruneFilters {
  const filters = parseFilters(written, ["label", "label!", "until"]);
  const [until, ...more] = filters.get("until") ?? [];
  if (more.length > 0) {
    throw new UsageError("failed to read --filter: there is more than one until", {
      code: "INVALID_FILTER",
      hint: "give one",
    });
  }
  return {
    labels: [
      ...readLabelFilters(filters.get("label")),
      ...readLabelFilters(filters.get("label!"), { absent: true }),
    ],
    ...(until === undefined ? {} : { createdBefore: new Date(parseLogTime(until)) }),
  };
}

/** @throws UsageError `TOO_MANY_ARGUMENTS` */
export function refuseOperands(operands: readonly string[], command: string): void {
  if (operands.length === 0) return;
  throw new UsageError(`failed to ${command}: "${operands[0]}" is one word too many`, {
    code: "TOO_MANY_ARGUMENTS",
    hint: `dockher ${command} takes options only`,
  });
}
