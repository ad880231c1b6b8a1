import { pruneVolumes } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { askConsent } from "../output/ask-consent.js";
import { formatSize } from "../output/units.js";
import { parseFilters, readFlagFilter } from "../values/filter.js";
import { readLabelFilters } from "../values/label-filter.js";

const OPTIONS = {
  all: { kind: "flag", short: "a", summary: "Named volumes too, not only anonymous ones" },
  filter: {
    kind: "list",
    placeholder: "NAME=VALUE",
    summary: "label=NAME[=VALUE], label!=NAME[=VALUE], all=true",
  },
  force: { kind: "flag", short: "f", summary: "Do not ask" },
} as const satisfies OptionTable;

export const volumePrune: Command = defineCommand({
  usage: "volume prune [OPTIONS]",
  summary: "Remove anonymous volumes that no container uses.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, print, notice }) => {
    if (operands.length > 0) {
      throw new UsageError(`failed to prune volumes: "${operands[0]}" is one word too many`, {
        code: "TOO_MANY_ARGUMENTS",
        hint: "dockher volume rm NAME removes one volume",
      });
    }
    const filters = parseFilters(options.filter, ["label", "label!", "all"]);
    const all = options.all === true || readFlagFilter(filters, "all") === true;
    const which = all ? "all" : "anonymous";
    const question = `This will remove ${which} local volumes not used by at least one container.`;
    if (options.force !== true && !(await askConsent(question))) return 1;
    const { removed, reclaimed } = await pruneVolumes({
      all,
      labels: [
        ...readLabelFilters(filters.get("label")),
        ...readLabelFilters(filters.get("label!"), { absent: true }),
      ],
      ...(root === undefined ? {} : { directories: { root } }),
      onDamaged: (error) => notice(error.message),
    });
    if (removed.length > 0) print(["Deleted Volumes:", ...removed, ""].join("\n"));
    print(`Total reclaimed space: ${formatSize(reclaimed)}`);
    return 0;
  },
});
