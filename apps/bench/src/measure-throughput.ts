import type { ContenderName } from "./contender.js";
import type { Stage } from "./stage/open-stage.js";
import { computeQuantile } from "./statistics.js";

export interface ThroughputOptions {
  rounds: number;
  /** Starts in each round. */
  starts: number;
  signal: AbortSignal;
}

export interface Throughput {
  name: ContenderName;
  inFlight: number;
  /** The median of the rounds. */
  startsPerSecond: number;
}

const IN_FLIGHT = [1, 2, 8] as const;

/**
 * How many starts a second each contender reaches with 1, 2 and 8 at once.
 * @throws the signal's reason between two measurements; BenchError where a contender fails.
 */
export async function measureThroughput(
  stages: ReadonlyMap<ContenderName, Pick<Stage, "measureRate">>,
  { rounds, starts, signal }: ThroughputOptions,
): Promise<Throughput[]> {
  const cells = [...stages].flatMap(([name, stage]) =>
    IN_FLIGHT.map((inFlight) => ({ name, stage, inFlight, rates: [] as number[] })),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { stage, inFlight, rates } of cells) {
      signal.throwIfAborted();
      rates.push(await stage.measureRate({ starts, inFlight }));
    }
  }
  return cells.map(({ name, inFlight, rates }) => ({
    name,
    inFlight,
    startsPerSecond: computeQuantile(rates, 0.5),
  }));
}
