import { listVolumes, type Volume } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { FORMAT_OPTION, printList, QUIET_OPTION } from "../output/list.js";
import { describeFilter, parseFilters, readFlagFilter } from "../values/filter.js";
import { readLabelFilters } from "../values/label-filter.js";

const FILTERS = ["dangling", "driver", "label", "name"] as const;

const OPTIONS = {
  filter: describeFilter(FILTERS),
  ...FORMAT_OPTION,
  ...QUIET_OPTION,
} as const satisfies OptionTable;

const HEADINGS = {
  Availability: "AVAILABILITY",
  Driver: "DRIVER",
  Group: "GROUP",
  Label: (name: string) => name,
  Labels: "LABELS",
  Links: "LINKS",
  Mountpoint: "MOUNTPOINT",
  Name: "VOLUME NAME",
  Scope: "SCOPE",
  Size: "SIZE",
  Status: "STATUS",
} as const;

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
      rows: volumes.map(describe),
      headings: HEADINGS,
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

/** Docker's names of the fields; what it knows nothing of without a swarm is N/A there too. */
function describe({ name, driver, labels, mountpoint }: Volume) {
  return {
    Availability: "N/A",
    Driver: driver,
    Group: "N/A",
    Label: (name: string) => labels[name] ?? "",
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(","),
    Links: "N/A",
    Mountpoint: mountpoint,
    Name: name,
    Scope: "local",
    Size: "N/A",
    Status: "N/A",
  };
}
