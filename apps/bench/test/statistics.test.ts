import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { computeQuantile, divideSummaries, summarize } from "../src/statistics.ts";

const test = suite("statistics");
const figures = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });

test("interpolates between neighbours", () => {
  assert.is(computeQuantile([4, 1, 3, 2], 0.5), 2.5);
  assert.is(computeQuantile([4, 1, 3, 2], 0.25), 1.75);
  assert.is(computeQuantile([7], 0.9), 7);
});

test("a quantile lies within the figures and grows with its share", () => {
  fc.assert(
    fc.property(figures, fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
      const quantile = computeQuantile(list, q);
      assert.ok(quantile >= Math.min(...list) && quantile <= Math.max(...list));
      assert.ok(computeQuantile(list, q / 2) <= quantile);
    }),
  );
});

test("does not depend on the order and leaves its input alone", () => {
  const list = [3, 1, 2];
  assert.equal(summarize(list), summarize([1, 2, 3]));
  assert.equal(list, [3, 1, 2]);
});

test("refuses no figures and what is no share", () => {
  assert.throws(() => computeQuantile([], 0.5), /no figures/);
  assert.throws(() => summarize([]), /no figures/);
  assert.throws(() => computeQuantile([1], 1.1), /not from 0 to 1/);
  assert.throws(() => computeQuantile([1], Number.NaN), /not from 0 to 1/);
});

test("divides medians by medians and quartiles by quartiles", () => {
  const ratio = divideSummaries(summarize([2, 4, 6, 8, 10]), summarize([1, 1, 2, 3, 3]));
  assert.equal(ratio, { median: 3, p25: 4 });
});

test.run();
