import type { ContenderName } from "../contender.js";
import type { GoalResult } from "../goals.js";
import type { Throughput } from "../measure-throughput.js";
import type { Results, Row, Series } from "../results.js";
import { divideSummaries } from "../statistics.js";
import { formatFigure, formatTable } from "./format-table.js";

/** The row that each section's others are divided by, where it was measured. */
const YARDSTICKS: Record<Series["section"], ContenderName> = {
  starts: "floor",
  execs: "exec-floor",
  "command-lines": "node",
};

const TITLES: Record<Series["section"], string> = {
  starts: "Start to exit of a static /bin/true",
  execs: "/bin/true in a container that runs",
  "command-lines": "Command lines",
};

const FIGURE_TITLES: Record<GoalResult["figure"], string> = {
  wallMs: "time",
  cpuMs: "CPU",
  blockedMs: "blocked",
};

function formatRow(row: Row, yardstick: Row | undefined): string[] {
  const ratio = yardstick && divideSummaries(row.wallMs, yardstick.wallMs);
  return [
    row.title,
    formatFigure(row.wallMs.median),
    formatFigure(row.wallMs.p25),
    ratio ? formatFigure(ratio.median) : "-",
    ratio ? formatFigure(ratio.p25) : "-",
    formatFigure(row.cpuMs.mean),
    row.blockedMs ? formatFigure(row.blockedMs.median) : "-",
    row.mainThreadMs ? formatFigure(row.mainThreadMs.median) : "-",
    row.memoryMib ? formatFigure(row.memoryMib.median) : "-",
  ];
}

function formatSeries(series: Series): string {
  const yardstick = series.rows.find(({ name }) => name === YARDSTICKS[series.section]);
  const quiet = series.gapMs === 0 ? "no gap" : `${series.gapMs} ms of quiet before each`;
  const title = TITLES[series.section];
  const by = `x ${YARDSTICKS[series.section]}`;
  const header = [
    "ms",
    "median",
    "p25",
    by,
    "p25",
    "CPU mean",
    "blocked",
    "main thread",
    "RSS MiB",
  ];
  return `${title}, ${quiet}, ${series.rows[0]?.wallMs.count ?? 0} rounds\n${formatTable(
    header,
    series.rows.map((row) => formatRow(row, yardstick)),
  )}`;
}

function formatThroughput(throughput: readonly Throughput[]): string {
  const levels = [...new Set(throughput.map(({ inFlight }) => inFlight))];
  const names = [...new Set(throughput.map(({ name }) => name))];
  const rows = names.map((name) => [
    name,
    ...levels.map((level) => {
      const cell = throughput.find((each) => each.name === name && each.inFlight === level);
      return cell ? formatFigure(cell.startsPerSecond) : "-";
    }),
  ]);
  return `Starts per second, so many in flight\n${formatTable(["", ...levels.map(String)], rows)}`;
}

function formatGoals(goals: readonly GoalResult[]): string {
  const rows = goals.map((goal) => [
    `${FIGURE_TITLES[goal.figure]}: ${goal.of} / ${goal.against}`,
    formatFigure(goal.ratio.median),
    formatFigure(goal.ratio.p25),
    `<= ${goal.limit}`,
    goal.met ? "met" : "not met",
  ]);
  return `Goals\n${formatTable(["ratio of", "medians", "p25", "goal", ""], rows)}`;
}

/** The whole result as text for a terminal. */
export function formatReport(results: Results): string {
  const { host } = results;
  return [
    `${host.processor}, ${host.processors} processors, Linux ${host.kernel}, Node.js ${host.node}, cgroup ${host.cgroup}`,
    ...results.series.map(formatSeries),
    ...(results.throughput.length > 0 ? [formatThroughput(results.throughput)] : []),
    ...(results.goals.length > 0 ? [formatGoals(results.goals)] : []),
    ...results.skipped.map(({ name, reason }) => `SKIP ${name}: ${reason}`),
  ].join("\n\n");
}
