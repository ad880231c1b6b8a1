import { type PrunedImages, pruneImages } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { askConsent } from "../output/ask-consent.js";
import { formatSize } from "../output/units.js";
import { describeDirectories } from "../run/create-kept.js";
import { FORCE_OPTION, readPruneFilters, refuseOperands } from "../run/prune-options.js";
import { catchInterrupt } from "../run/signals.js";
import { describeFilter } from "../values/filter.js";

const OPTIONS = {
  all: { kind: "flag", short: "a", summary: "Those with a name too, where no container has them" },
  filter: describeFilter(["label", "label!", "until"]),
  ...FORCE_OPTION,
} as const satisfies OptionTable;

export const imagePrune: Command = defineCommand({
  usage: "image prune [OPTIONS]",
  summary: "Remove images without a name that no container has.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    refuseOperands(operands, "image prune");
    const filters = readPruneFilters(options.filter);
    const all = options.all === true;
    const which = all
      ? "all images without at least one container associated to them"
      : "all dangling images";
    if (options.force !== true && !(await askConsent(`This will remove ${which}.`))) return 1;
    const pruned = await pruneImages({
      all,
      ...filters,
      ...describeDirectories(context),
      signal: catchInterrupt(),
    });
    printImages(pruned, context.print);
    context.print(`Total reclaimed space: ${formatSize(pruned.reclaimed)}`);
    return 0;
  },
});

export function printImages(
  { untagged, deleted }: PrunedImages,
  print: (line: string) => void,
): void {
  if (untagged.length + deleted.length === 0) return;
  const lines = [
    ...untagged.map((name) => `untagged: ${name}`),
    ...deleted.map((id) => `deleted: ${id}`),
  ];
  print(["Deleted Images:", ...lines, ""].join("\n"));
}
