import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContenderName } from "../src/contender.ts";
import { measureSeries } from "../src/measure-series.ts";
import { measureThroughput } from "../src/measure-throughput.ts";
import type { Load } from "../src/stage/messages.ts";

const test = suite("measureSeries and measureThroughput");
const { signal } = new AbortController();

test("starts every contender once in each round", async () => {
  const started: ContenderName[] = [];
  const names: ContenderName[] = ["floor", "spawn", "bwrap"];
  const stages = new Map(
    names.map((name) => [
      name,
      {
        async measureStart() {
          started.push(name);
          return { wallMs: started.length, cpuMs: 0 };
        },
      },
    ]),
  );
  const samples = await measureSeries(stages, { rounds: 5, gapMs: 0, signal });
  for (let round = 0; round < 5; round++) {
    const inRound = started.slice(round * 3, round * 3 + 3).sort();
    assert.equal(inRound, ["bwrap", "floor", "spawn"]);
  }
  assert.equal([...samples.keys()], names);
  for (const list of samples.values()) assert.is(list.length, 5);
});

test("stops between two starts when it is aborted", async () => {
  const controller = new AbortController();
  let starts = 0;
  const stage = {
    async measureStart() {
      starts += 1;
      if (starts === 2) controller.abort(new Error("enough"));
      return { wallMs: 1, cpuMs: 1 };
    },
  };
  try {
    const stages = new Map([["floor" as const, stage]]);
    await measureSeries(stages, { rounds: 9, gapMs: 0, signal: controller.signal });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "enough");
  }
  assert.is(starts, 2);
});

test("measures the rate with one, two and eight in flight, and takes the median", async () => {
  const loads: Load[] = [];
  const stage = {
    async measureRate(load: Load) {
      loads.push(load);
      return loads.length;
    },
  };
  const stages = new Map([["library" as const, stage]]);
  const rates = await measureThroughput(stages, { rounds: 3, starts: 16, signal });
  assert.equal(rates, [
    { name: "library", inFlight: 1, startsPerSecond: 4 },
    { name: "library", inFlight: 2, startsPerSecond: 5 },
    { name: "library", inFlight: 8, startsPerSecond: 6 },
  ]);
  assert.ok(loads.every(({ starts }) => starts === 16));
});

test.run();
