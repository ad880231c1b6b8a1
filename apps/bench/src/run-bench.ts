import type { BenchOptions } from "./arguments.js";
import type { ContenderName, Section, Workbench } from "./contender.js";
import { ENTRIES } from "./contenders/entries.js";
import { measureSeries } from "./measure-series.js";
import { measureThroughput, type Throughput } from "./measure-throughput.js";
import { createRow, describeHost, judgeGoals, type Results, type Series } from "./results.js";
import type { Stage } from "./stage/open-stage.js";
import { openStages } from "./stage/open-stages.js";

/** Milliseconds. Cgroup v1 forgets within 20 to 50 ms that it was just used, and stalls. */
const IDLE_GAP_MS = 50;

/** Those that may have several starts at once; two of each other kind would say no more. */
const THROUGHPUT_NAMES: readonly ContenderName[] = ["library", "bwrap", "crun"];
const THROUGHPUT_ROUNDS = 3;

/** Each part of the measurement is a share of the rounds, by how long one start takes. */
const SHARES = { idle: 1 / 2, commandLines: 1 / 3, throughput: 2 / 5 };

interface Measurement {
  ready: ReadonlyMap<ContenderName, Stage>;
  rounds: number;
  report: (line: string) => void;
  signal: AbortSignal;
}

function countRounds(rounds: number, share: number): number {
  return Math.max(2, Math.round(rounds * share));
}

function select(measurement: Measurement, section: Section): Map<ContenderName, Stage> {
  const names = new Set(ENTRIES.filter((each) => each.section === section).map(({ name }) => name));
  return new Map([...measurement.ready].filter(([name]) => names.has(name)));
}

async function measureSection(
  measurement: Measurement,
  section: Section,
  { rounds, gapMs }: { rounds: number; gapMs: number },
): Promise<Series[]> {
  const stages = select(measurement, section);
  if (stages.size === 0) return [];
  measurement.report(`measuring ${section}, ${gapMs} ms apart, ${rounds} rounds`);
  const { signal } = measurement;
  const samples = await measureSeries(stages, { rounds, gapMs, signal });
  const rows = ENTRIES.flatMap(({ name, title }) => {
    const own = samples.get(name);
    return own ? [createRow(name, title, own)] : [];
  });
  return [{ section, gapMs, rows }];
}

async function measureRates(measurement: Measurement): Promise<Throughput[]> {
  const { ready, rounds, signal } = measurement;
  const stages = new Map([...ready].filter(([name]) => THROUGHPUT_NAMES.includes(name)));
  if (stages.size === 0) return [];
  const starts = countRounds(rounds, SHARES.throughput);
  measurement.report(`measuring throughput, ${THROUGHPUT_ROUNDS} rounds of ${starts} starts`);
  return measureThroughput(stages, { rounds: THROUGHPUT_ROUNDS, starts, signal });
}

/**
 * Measures everything that was asked for.
 * @param report Takes a line of progress.
 * @throws the signal's reason; BenchError where one of our own contenders fails.
 */
export async function runBench(
  options: Pick<BenchOptions, "rounds" | "only">,
  bench: Workbench,
  { report, signal }: Pick<Measurement, "report" | "signal">,
): Promise<Results> {
  const date = new Date().toISOString();
  const entries = ENTRIES.filter(({ name }) => options.only.has(name));
  await using opened = await openStages(entries, bench, { signal });
  const { rounds } = options;
  const measurement = { ready: opened.ready, rounds, report, signal };
  const series = [
    ...(await measureSection(measurement, "starts", { rounds, gapMs: 0 })),
    ...(await measureSection(measurement, "starts", {
      rounds: countRounds(rounds, SHARES.idle),
      gapMs: IDLE_GAP_MS,
    })),
    ...(await measureSection(measurement, "execs", { rounds, gapMs: 0 })),
    ...(await measureSection(measurement, "command-lines", {
      rounds: countRounds(rounds, SHARES.commandLines),
      gapMs: 0,
    })),
  ];
  return {
    date,
    host: describeHost(),
    series,
    throughput: await measureRates(measurement),
    goals: judgeGoals(series),
    skipped: opened.skipped,
  };
}
