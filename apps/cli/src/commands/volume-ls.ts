import { listVolumes } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { FORMAT_OPTION, printList, QUIET_OPTION } from "../output/list.js";
import { describeVolumeRow, VOLUME_HEADINGS } from "../output/volume-row.js";
import { describeFilter, parseFilters, readFlagFilter } from "../values/filter.js";
import { readLabelFilters } from "../values/label-filter.js";

const FILTERS = ["dangling", "driver", "label", "name"] as const;

const OPTIONS = {
  filter: describeFilter(FILTERS),
  ...FORMAT_OPTION,
  ...QUIET_OPTION,
} as const satisfies OptionTable;

export const volumeLs: Command = defineCommand({
  usage: "volume ls [OPTIONS]",
  summary: "List the volumes of this machine, by name.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, print, notice }) => {
    if (operands.length > 0) {
      throw new UsageError(`failed to list volumes: "${operands[0]}" is one word too many`, {
        code: "TOO_MANY_ARGUMENTS",
        hint: "dockher volume inspect NAME shows one volume",
      });
    }
    const filters = parseFilters(options.filter, FILTERS);
    const dangling = readFlagFilter(filters, "dangling");
    const drivers = filters.get("driver");
    const listed = await listVolumes({
      names: filters.get("name") ?? [],
      labels: readLabelFilters(filters.get("label")),
      ...(dangling === undefined ? {} : { dangling }),
      ...(root === undefined ? {} : { directories: { root } }),
      onDamaged: (error) => notice(error.message),
    });
    const volumes = listed.filter(({ driver }) => drivers?.includes(driver) ?? true);
    printList({
      rows: volumes.map(describeVolumeRow),
      headings: VOLUME_HEADINGS,
      columns: ["Driver", "Name"],
      key: "Name",
      quiet: options.quiet,
      format: options.format,
      print,
      notice,
    });
    return 0;
  },
});
