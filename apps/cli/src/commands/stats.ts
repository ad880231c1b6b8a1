import { setTimeout as sleep } from "node:timers/promises";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { FORMAT_OPTION, NO_TRUNC_OPTION, printList } from "../output/list.js";
import {
  describeStats,
  STATS_COLUMNS,
  STATS_HEADINGS,
  type StatsSource,
} from "../output/stats-table.js";
import { describeDirectories } from "../run/create-kept.js";
import { catchInterrupt } from "../run/signals.js";
import { StatsWatch } from "../run/stats-watch.js";

const OPTIONS = {
  all: { kind: "flag", short: "a", summary: "Those that do not run as well" },
  "no-stream": { kind: "flag", summary: "Print one table, and end" },
  ...FORMAT_OPTION,
  ...NO_TRUNC_OPTION,
} as const satisfies OptionTable;

/** Where the table begins, and what is behind it is gone: ECMA-48 CUP and ED. */
const HOME = "\x1b[H";
const CLEAR = "\x1b[2J";
const CLEAR_LINE = "\x1b[K";
const CLEAR_REST = "\x1b[J";

/** Between two tables while nothing runs. */
const IDLE_MS = 1000;

export const stats: Command = defineCommand({
  usage: "stats [OPTIONS] [CONTAINER…]",
  summary: "Show what containers use, as it changes: all that run, or those that are named.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const signal = catchInterrupt();
    const watch = new StatsWatch({
      containers: operands,
      all: options.all === true,
      signal,
      ...describeDirectories(context),
    });
    const { format, "no-trunc": whole = false } = options;
    const show = async (): Promise<StatsSource[]> => {
      const sources = await watch.sample();
      const lines: string[] = [];
      printList({
        rows: sources.map((source) => describeStats(source, { whole })),
        headings: STATS_HEADINGS,
        columns: STATS_COLUMNS,
        format,
        print: (line) => lines.push(line),
        notice: context.notice,
      });
      print(lines, context.print, { live: options["no-stream"] !== true });
      return sources;
    };
    try {
      // A share of time needs two moments: the first sample is only the beginning of the second.
      const first = await watch.sample();
      if (options["no-stream"] === true) {
        await show();
        return 0;
      }
      if (process.stdout.isTTY) process.stdout.write(CLEAR);
      let sources = first;
      while (!signal.aborted) {
        const running = sources.some(({ stats }) => stats !== undefined);
        if (!running) await sleep(IDLE_MS, undefined, { signal });
        sources = await show();
        if (operands.length > 0 && sources.length === 0) return 0;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return 0;
  },
});

/** On a terminal each table takes the place of the one before. */
function print(
  lines: readonly string[],
  printLine: (line: string) => void,
  { live }: { live: boolean },
): void {
  if (!live || !process.stdout.isTTY) {
    for (const line of lines) printLine(line);
    return;
  }
  process.stdout.write(
    `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_REST}`,
  );
}
