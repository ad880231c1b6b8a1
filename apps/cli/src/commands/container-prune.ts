import { pruneContainers } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { askConsent } from "../output/ask-consent.js";
import { formatSize } from "../output/units.js";
import { describeDirectories } from "../run/create-kept.js";
import { FORCE_OPTION, readPruneFilters, refuseOperands } from "../run/prune-options.js";
import { catchInterrupt } from "../run/signals.js";
import { describeFilter } from "../values/filter.js";

const OPTIONS = {
  filter: describeFilter(["label", "label!", "until"]),
  ...FORCE_OPTION,
} as const satisfies OptionTable;

export const containerPrune: Command = defineCommand({
  usage: "container prune [OPTIONS]",
  summary: "Remove all containers that do not run.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    refuseOperands(operands, "container prune");
    const filters = readPruneFilters(options.filter);
    const question = "This will remove all stopped containers.";
    if (options.force !== true && !(await askConsent(question))) return 1;
    const { removed, reclaimed } = await pruneContainers({
      ...filters,
      ...describeDirectories(context),
      signal: catchInterrupt(),
      onDamaged: (error) => context.notice(error.message),
    });
    if (removed.length > 0) context.print(["Deleted Containers:", ...removed, ""].join("\n"));
    context.print(`Total reclaimed space: ${formatSize(reclaimed)}`);
    return 0;
  },
});
