import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BootstrapPhase, ProgressTracker } from "../../src/bootstrap/progress.js";

const test = suite("progress");

const WEIGHTS: [BootstrapPhase, number][] = [
  ["release", 1],
  ["download", 2],
  ["unpack", 1],
];

test("percent follows the weights", () => {
  const tracker = new ProgressTracker(WEIGHTS, () => 0);
  assert.is(tracker.advance("release", 0).percent, 0);
  assert.is(tracker.advance("release", 1).percent, 25);
  assert.is(tracker.advance("download", 0.5).percent, 50);
  assert.is(tracker.advance("unpack", 1).percent, 100);
});

test("at an even speed the time left is right", () => {
  let now = 0;
  const tracker = new ProgressTracker(WEIGHTS, () => now);
  for (now = 0; now < 2000; now += 100) tracker.advance("release", now / 2000);
  for (; now < 4000; now += 100) tracker.advance("download", (now - 2000) / 4000);
  const { etaMs } = tracker.advance("download", 0.5);
  assert.ok(etaMs !== undefined && Math.abs(etaMs - 4000) < 300, String(etaMs));
});

test("there is no time left to tell before there is a speed", () => {
  const tracker = new ProgressTracker(WEIGHTS, () => 0);
  assert.is(tracker.advance("release", 0.5).etaMs, undefined);
});

test("percent never falls and stays in its bounds, whatever is reported", () => {
  const phase = fc.constantFrom<BootstrapPhase>("release", "download", "unpack", "pack");
  const fraction = fc.oneof(fc.double(), fc.constantFrom(89 / 88, 0 / 0, -1, Infinity));
  fc.assert(
    fc.property(fc.array(fc.tuple(phase, fraction, fc.nat(1000))), (reports) => {
      let now = 0;
      let last = 0;
      const tracker = new ProgressTracker(WEIGHTS, () => now);
      for (const [name, part, elapsed] of reports) {
        now += elapsed;
        const { percent, etaMs } = tracker.advance(name, part);
        assert.ok(percent >= last && percent <= 100);
        assert.ok(etaMs === undefined || (Number.isFinite(etaMs) && etaMs >= 0), String(etaMs));
        last = percent;
      }
    }),
  );
});

test.run();
