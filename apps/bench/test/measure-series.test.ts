import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Contender, ContenderName } from "../src/contender.ts";
import { measureSeries } from "../src/measure-series.ts";
import { measureThroughput } from "../src/measure-throughput.ts";

const test = suite("measureSeries");
const { signal } = new AbortController();

function createContender(start: Contender["start"]): Contender {
  return { start, async [Symbol.asyncDispose]() {} };
}

function createRecorders(names: readonly ContenderName[]): {
  started: ContenderName[];
  contenders: Map<ContenderName, Contender>;
} {
  const started: ContenderName[] = [];
  const contenders = new Map(
    names.map((name) => [
      name,
      createContender(async () => {
        started.push(name);
        return undefined;
      }),
    ]),
  );
  return { started, contenders };
}

test("starts every contender once in each round", async () => {
  const { started, contenders } = createRecorders(["floor", "spawn", "bwrap"]);
  const samples = await measureSeries(contenders, { rounds: 5, gapMs: 0, signal });
  for (let round = 0; round < 5; round++) {
    const names = started.slice(round * 3, round * 3 + 3).sort();
    assert.equal(names, ["bwrap", "floor", "spawn"]);
  }
  assert.equal(
    [...samples].map(([name, list]) => [name, list.length]),
    [
      ["floor", 5],
      ["spawn", 5],
      ["bwrap", 5],
    ],
  );
});

test("prefers what a contender measured itself", async () => {
  const own = { wallMs: 1, cpuMs: 2 };
  const contenders = new Map([["floor" as const, createContender(async () => own)]]);
  const samples = await measureSeries(contenders, { rounds: 1, gapMs: 0, signal });
  assert.equal(samples.get("floor"), [own]);
});

test("counts a synchronous call as blocked, and a wait as not", async () => {
  const block = createContender(async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
    return undefined;
  });
  const wait = createContender(async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return undefined;
  });
  const contenders = new Map<ContenderName, Contender>([
    ["spawn", block],
    ["library", wait],
  ]);
  const samples = await measureSeries(contenders, { rounds: 1, gapMs: 0, signal });
  const blocked = samples.get("spawn")?.[0]?.blockedMs ?? Number.NaN;
  const waited = samples.get("library")?.[0]?.blockedMs ?? Number.NaN;
  assert.ok(blocked >= 50, `${blocked}`);
  assert.ok(waited < blocked, `${waited}`);
});

test("stops between two starts when it is aborted", async () => {
  const controller = new AbortController();
  let starts = 0;
  const contender = createContender(async () => {
    starts += 1;
    if (starts === 2) controller.abort(new Error("enough"));
    return undefined;
  });
  try {
    const contenders = new Map([["floor" as const, contender]]);
    await measureSeries(contenders, { rounds: 9, gapMs: 0, signal: controller.signal });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "enough");
  }
  assert.is(starts, 2);
});

test("measures the rate with one, two and eight in flight", async () => {
  let running = 0;
  let most = 0;
  const contender = createContender(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return undefined;
  });
  const rates = await measureThroughput(new Map([["library" as const, contender]]), {
    rounds: 1,
    starts: 16,
    signal,
  });
  assert.equal(
    rates.map(({ inFlight }) => inFlight),
    [1, 2, 8],
  );
  assert.ok(rates.every(({ startsPerSecond }) => startsPerSecond > 0));
  assert.is(most, 8);
  assert.is(running, 0);
});

test("lets every lane end before it reports the one that failed", async () => {
  let running = 0;
  let starts = 0;
  const contender = createContender(async () => {
    starts += 1;
    if (starts === 5) throw new Error("broken");
    running += 1;
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return undefined;
  });
  try {
    const contenders = new Map([["crun" as const, contender]]);
    await measureThroughput(contenders, { rounds: 1, starts: 4, signal });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "broken");
  }
  assert.is(running, 0);
});

test.run();
