import { type ContainerSummary, isLive, listContainers, measureContainer } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { CONTAINER_HEADINGS, describeContainerRow } from "../output/container-row.js";
import { FORMAT_OPTION, NO_TRUNC_OPTION, printList, QUIET_OPTION } from "../output/list.js";
import { formatSize } from "../output/units.js";
import { describeDirectories } from "../run/create-kept.js";
import { CONTAINER_FILTERS, readContainerFilters } from "../values/container-filter.js";
import { describeFilter } from "../values/filter.js";

const OPTIONS = {
  all: { kind: "flag", short: "a", summary: "Those that do not run as well" },
  latest: { kind: "flag", short: "l", summary: "Only the newest, whatever it does" },
  last: {
    kind: "value",
    short: "n",
    placeholder: "N",
    summary: "Only the N newest, whatever they do",
  },
  size: { kind: "flag", short: "s", summary: "What they have written, and with their images" },
  filter: describeFilter(CONTAINER_FILTERS, {
    summary: "Only what fits: name=, status=, label=, ancestor= and Docker's other keys",
  }),
  ...FORMAT_OPTION,
  ...NO_TRUNC_OPTION,
  ...QUIET_OPTION,
} as const satisfies OptionTable;

const COLUMNS = ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"] as const;

export const ps: Command = defineCommand({
  usage: "ps [OPTIONS]",
  summary: "List containers that run, and with -a all that are kept.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    if (operands.length > 0) {
      throw new UsageError(`failed to list containers: "${operands[0]}" is one word too many`, {
        code: "TOO_MANY_ARGUMENTS",
        hint: "dockher ps --filter name=NAME lists some of them",
      });
    }
    const filters = readContainerFilters(options.filter);
    const newest = options.latest === true ? 1 : readCount(options.last);
    const all = options.all === true || filters.all || newest !== undefined;
    const listed = listContainers({
      all: true,
      onDamaged: (error) => context.notice(error.message),
      ...describeDirectories(context),
    });
    const candidates = all ? listed : listed.filter(({ status }) => isLive(status));
    const shown = filters.select({ candidates: candidates.slice(0, newest), listed });
    const whole = options["no-trunc"] === true;
    const sized = options.size === true || /\.Size\b/.test(options.format ?? "");
    const rows = await Promise.all(
      shown.map(async (container) => ({
        ...describeContainerRow(container, { whole }),
        Size: sized ? await describeSize(container, context) : "",
      })),
    );
    printList({
      rows,
      headings: CONTAINER_HEADINGS,
      columns: options.size === true ? [...COLUMNS, "Size"] : COLUMNS,
      key: "ID",
      quiet: options.quiet,
      format: options.format,
      print: context.print,
      notice: context.notice,
    });
    return 0;
  },
});

function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`failed to parse --last "${text}": not a number of containers`, {
    code: "INVALID_COUNT",
    hint: "write --last 5",
  });
}

/** What it has written, and that with its image. */
async function describeSize({ id }: ContainerSummary, context: CommandContext): Promise<string> {
  try {
    const target = { container: id, ...describeDirectories(context) };
    const { written, total } = await measureContainer(target);
    const three = { digits: 3 } as const;
    return `${formatSize(written, three)} (virtual ${formatSize(total, three)})`;
  } catch (error) {
    // Removed meanwhile.
    if ((error as { code?: string }).code === "CONTAINER_NOT_FOUND") return "";
    throw error;
  }
}
