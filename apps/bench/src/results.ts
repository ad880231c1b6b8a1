import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import type { ContenderName, Sample, Section } from "./contender.js";
import { GOALS, type Goal, type GoalResult, judgeGoal } from "./goals.js";
import type { Throughput } from "./measure-throughput.js";
import { divideSummaries, type Summary, summarize } from "./statistics.js";

/** One contender in one series. */
export interface Row {
  name: ContenderName;
  title: string;
  /** Milliseconds. */
  wallMs: Summary;
  cpuMs: Summary;
  blockedMs?: Summary;
  mainThreadMs?: Summary;
  /** MiB. */
  memoryMib?: Summary;
}

/** Rows that were measured in turn, and so may be divided by one another. */
export interface Series {
  section: Section;
  /** Milliseconds of quiet before each start. */
  gapMs: number;
  rows: Row[];
}

export interface Host {
  processor: string;
  processors: number;
  kernel: string;
  node: string;
  /** Of this process's control groups: hybrid and legacy are both v1. */
  cgroup: "v1" | "v2";
}

/** The whole of latest.json. */
export interface Results {
  /** ISO 8601. */
  date: string;
  host: Host;
  series: Series[];
  throughput: Throughput[];
  goals: GoalResult[];
  /** Peers that this host lacks or that refuse it. */
  skipped: { name: ContenderName; reason: string }[];
}

function summarizeOptional(figures: (number | undefined)[]): Summary | undefined {
  const present = figures.filter((figure) => figure !== undefined);
  return present.length === 0 ? undefined : summarize(present);
}

/** @throws RangeError where there is no sample. */
export function createRow(name: ContenderName, title: string, samples: readonly Sample[]): Row {
  const blockedMs = summarizeOptional(samples.map((sample) => sample.blockedMs));
  const mainThreadMs = summarizeOptional(samples.map((sample) => sample.mainThreadMs));
  const memoryMib = summarizeOptional(samples.map((sample) => sample.memoryMib));
  return {
    name,
    title,
    wallMs: summarize(samples.map((sample) => sample.wallMs)),
    cpuMs: summarize(samples.map((sample) => sample.cpuMs)),
    ...(blockedMs && { blockedMs }),
    ...(mainThreadMs && { mainThreadMs }),
    ...(memoryMib && { memoryMib }),
  };
}

/** Judges each goal whose two contenders are in one of the series without gaps. */
export function judgeGoals(
  series: readonly Series[],
  goals: readonly Goal[] = GOALS,
): GoalResult[] {
  return goals.flatMap((goal) =>
    series
      .filter(({ gapMs }) => gapMs === 0)
      .flatMap(({ rows }) => {
        const of = rows.find(({ name }) => name === goal.of)?.[goal.figure];
        const against = rows.find(({ name }) => name === goal.against)?.[goal.figure];
        return of && against ? [judgeGoal(goal, divideSummaries(of, against))] : [];
      }),
  );
}

/** What the figures were measured on. */
export function describeHost(): Host {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  return {
    processor: cpus()[0]?.model ?? "unknown",
    processors: cpus().length,
    // Without what a distribution or a cloud adds.
    kernel: release().split("-")[0] ?? release(),
    node: process.version,
    cgroup: / - cgroup /.test(mounts) ? "v1" : "v2",
  };
}
