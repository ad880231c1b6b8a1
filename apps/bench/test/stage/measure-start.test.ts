import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Contender, Sample } from "../../src/contender.ts";
import { openMainThreadClock } from "../../src/stage/main-thread-clock.ts";
import { measureRate } from "../../src/stage/measure-rate.ts";
import { measureStart } from "../../src/stage/measure-start.ts";

const test = suite("measureStart and measureRate");

function createContender(start: Contender["start"]): Contender {
  return { start, async [Symbol.asyncDispose]() {} };
}

async function measure(start: Contender["start"]): Promise<Sample> {
  using clock = openMainThreadClock();
  return await measureStart(createContender(start), clock);
}

function waitMs(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

test("prefers what a contender measured itself", async () => {
  assert.equal(await measure(async () => ({ wallMs: 1, cpuMs: 2 })), { wallMs: 1, cpuMs: 2 });
});

test("counts a synchronous call as blocked, also while it sleeps, and a wait as not", async () => {
  const slept = await measure(async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
    return undefined;
  });
  const waited = await measure(() => waitMs(60));
  assert.ok((slept.blockedMs ?? 0) >= slept.wallMs * 0.8, JSON.stringify(slept));
  assert.ok((waited.blockedMs ?? 0) <= waited.wallMs * 0.8, JSON.stringify(waited));
});

test("counts what runs after the call", async () => {
  const later = await measure(async () => {
    await waitMs(1);
    const end = performance.now() + 50;
    while (performance.now() < end);
    return undefined;
  });
  const idle = await measure(() => waitMs(50));
  assert.ok((later.blockedMs ?? 0) > (idle.blockedMs ?? 0));
});

test("tells the longest stretch from all together", async () => {
  const work = (ms: number): void => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };
  const { blockedMs = 0, mainThreadMs = 0 } = await measure(async (turn) => {
    await waitMs(1);
    work(40);
    turn();
    await waitMs(1);
    work(40);
    return undefined;
  });
  assert.ok(blockedMs > 0);
  assert.ok(mainThreadMs > blockedMs * 1.2, `${blockedMs} of ${mainThreadMs} ms`);
});

test("keeps so many in flight and makes so many starts", async () => {
  let running = 0;
  let most = 0;
  let starts = 0;
  const contender = createContender(async () => {
    starts += 1;
    running += 1;
    most = Math.max(most, running);
    await waitMs(1);
    running -= 1;
    return undefined;
  });
  assert.ok((await measureRate(contender, { starts: 16, inFlight: 8 })) > 0);
  assert.equal({ starts, most, running }, { starts: 16, most: 8, running: 0 });
});

test("lets every lane end before it reports the one that failed", async () => {
  let running = 0;
  let starts = 0;
  const contender = createContender(async () => {
    starts += 1;
    if (starts === 2) throw new Error("broken");
    running += 1;
    await waitMs(1);
    running -= 1;
    return undefined;
  });
  try {
    await measureRate(contender, { starts: 8, inFlight: 4 });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "broken");
  }
  assert.is(running, 0);
});

test.run();
