import { setTimeout as sleep } from "node:timers/promises";
import type { ContenderName, Sample } from "./contender.js";
import type { Stage } from "./stage/open-stage.js";

export interface SeriesOptions {
  rounds: number;
  /** Milliseconds of quiet before each start. Only then a kernel's stall after idleness shows. */
  gapMs: number;
  signal: AbortSignal;
}

/** The elements in a random order (Fisher and Yates). */
function shuffle<T>(elements: readonly T[]): T[] {
  const rest = [...elements];
  const shuffled: T[] = [];
  while (rest.length > 0) {
    shuffled.push(...rest.splice(Math.floor(Math.random() * rest.length), 1));
  }
  return shuffled;
}

/**
 * Starts every contender once in each round.
 * The order changes, because the kernel tears down a network namespace behind the next one's back.
 * @throws the signal's reason between two starts; BenchError where a contender fails.
 */
export async function measureSeries(
  stages: ReadonlyMap<ContenderName, Pick<Stage, "measureStart">>,
  options: SeriesOptions,
): Promise<Map<ContenderName, Sample[]>> {
  const samples = new Map<ContenderName, Sample[]>();
  for (const name of stages.keys()) samples.set(name, []);
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, stage] of shuffle([...stages])) {
      if (options.gapMs > 0) await sleep(options.gapMs);
      options.signal.throwIfAborted();
      samples.get(name)?.push(await stage.measureStart());
    }
  }
  return samples;
}
