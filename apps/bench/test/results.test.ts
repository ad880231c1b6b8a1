import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GOALS } from "../src/goals.ts";
import { createRow, judgeGoals, type Series } from "../src/results.ts";

const test = suite("judgeGoals");

function createSeries(gapMs: number, libraryMs: readonly number[]): Series {
  return {
    section: "starts",
    gapMs,
    rows: [
      createRow("floor", "", [{ wallMs: 1, cpuMs: 1 }]),
      createRow(
        "library",
        "",
        libraryMs.map((wallMs) => ({ wallMs, cpuMs: 1, blockedMs: 0.1 })),
      ),
    ],
  };
}

test("judges what was measured, in the series without gaps", () => {
  const goals = judgeGoals([createSeries(0, [1.2]), createSeries(50, [9])]);
  assert.is(goals.length, 1);
  assert.equal(goals[0], { ...GOALS[0], ratio: { median: 1.2, p25: 1.2 }, met: true });
});

test("a goal is met by the median and by the quartile, or it is not", () => {
  const [goal] = judgeGoals([createSeries(0, [1, 1, 2, 2])]);
  assert.is(goal?.ratio.p25, 1);
  assert.is(goal?.ratio.median, 1.5);
  assert.is(goal?.met, false);
});

test("a row without a figure has no summary of it", () => {
  const row = createRow("floor", "floor", [{ wallMs: 1, cpuMs: 2 }]);
  assert.is("blockedMs" in row || "mainThreadMs" in row, false);
  assert.throws(() => createRow("floor", "floor", []), /no figures/);
});

test.run();
