import { performance } from "node:perf_hooks";
import type { Contender, ContenderName } from "./contender.js";
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

async function measureRate(
  contender: Contender,
  inFlight: number,
  starts: number,
): Promise<number> {
  let left = starts;
  const begin = performance.now();
  const startUntilDone = async () => {
    while (left > 0) {
      left -= 1;
      await contender.start();
    }
  };
  // All lanes end before an error is thrown, so that nothing runs on behind it.
  const lanes = await Promise.allSettled(Array.from({ length: inFlight }, startUntilDone));
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
  return (starts * 1000) / (performance.now() - begin);
}

/**
 * How many starts a second each contender reaches with 1, 2 and 8 at once.
 * @throws the signal's reason between two rounds; BenchError where a contender fails.
 */
export async function measureThroughput(
  contenders: ReadonlyMap<ContenderName, Contender>,
  options: ThroughputOptions,
): Promise<Throughput[]> {
  const rates = new Map<string, { name: ContenderName; inFlight: number; rates: number[] }>();
  for (let round = 0; round < options.rounds; round++) {
    for (const inFlight of IN_FLIGHT) {
      for (const [name, contender] of contenders) {
        options.signal.throwIfAborted();
        const cell = rates.get(`${name} ${inFlight}`) ?? { name, inFlight, rates: [] };
        rates.set(`${name} ${inFlight}`, cell);
        cell.rates.push(await measureRate(contender, inFlight, options.starts));
      }
    }
  }
  return [...rates.values()].map(({ name, inFlight, rates }) => ({
    name,
    inFlight,
    startsPerSecond: computeQuantile(rates, 0.5),
  }));
}
