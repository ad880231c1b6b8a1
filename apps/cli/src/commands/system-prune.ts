import { pruneContainers, pruneImages, pruneVolumes } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { askConsent } from "../output/ask-consent.js";
import { formatSize } from "../output/units.js";
import { describeDirectories } from "../run/create-kept.js";
import { FORCE_OPTION, readPruneFilters, refuseOperands } from "../run/prune-options.js";
import { catchInterrupt } from "../run/signals.js";
import { describeFilter } from "../values/filter.js";
import { printImages } from "./image-prune.js";

const OPTIONS = {
  all: { kind: "flag", short: "a", summary: "Images with a name too, where no container has them" },
  volumes: { kind: "flag", summary: "Anonymous volumes too, where no container uses them" },
  filter: describeFilter(["label", "label!", "until"]),
  ...FORCE_OPTION,
} as const satisfies OptionTable;

export const systemPrune: Command = defineCommand({
  usage: "system prune [OPTIONS]",
  summary: "Remove what nobody uses: containers that do not run, and images without a name.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    refuseOperands(operands, "system prune");
    const { labels, ...filters } = readPruneFilters(options.filter);
    const volumes = options.volumes === true;
    if (volumes && filters.createdBefore !== undefined) {
      throw new UsageError("failed to prune volumes: the filter until is not for them", {
        code: "INVALID_FILTER",
        hint: "leave out --volumes, or the filter",
      });
    }
    const all = options.all === true;
    if (options.force !== true && !(await askConsent(describe({ all, volumes })))) return 1;
    const common = { ...describeDirectories(context), signal: catchInterrupt() };
    const onDamaged = (error: Error): void => context.notice(error.message);
    const containers = await pruneContainers({ ...common, ...filters, labels, onDamaged });
    if (containers.removed.length > 0) {
      context.print(["Deleted Containers:", ...containers.removed, ""].join("\n"));
    }
    const anonymous = volumes
      ? await pruneVolumes({ ...common, labels, onDamaged })
      : { removed: [], reclaimed: 0 };
    if (anonymous.removed.length > 0) {
      context.print(["Deleted Volumes:", ...anonymous.removed, ""].join("\n"));
    }
    const images = await pruneImages({ ...common, ...filters, labels, all });
    printImages(images, context.print);
    const reclaimed = containers.reclaimed + anonymous.reclaimed + images.reclaimed;
    context.print(`Total reclaimed space: ${formatSize(reclaimed)}`);
    return 0;
  },
});

function describe({ all, volumes }: { all: boolean; volumes: boolean }): string {
  return [
    "This will remove:",
    "  - all stopped containers",
    ...(volumes ? ["  - all anonymous volumes not used by at least one container"] : []),
    all
      ? "  - all images without at least one container associated to them"
      : "  - all dangling images",
    "",
  ].join("\n");
}
