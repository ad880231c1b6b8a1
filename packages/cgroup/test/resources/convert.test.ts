import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  convertBlkioWeight,
  convertSharesToWeight,
  convertSwap,
} from "../../src/resources/convert.js";

const test = suite("convert");

test("shares: the ends and the defaults meet", () => {
  assert.equal([2, 102, 1024, 262_144].map(convertSharesToWeight), [1, 17, 100, 10_000]);
});

test("shares: more is never less, and always a weight", () => {
  const shares = fc.integer({ min: 2, max: 262_144 });
  fc.assert(
    fc.property(shares, shares, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map(convertSharesToWeight);
      assert.ok(Number.isInteger(low) && low !== undefined && high !== undefined);
      assert.ok(1 <= low && low <= high && high <= 10_000);
    }),
  );
});

test("block I/O weight: the ends meet", () => {
  assert.equal([10, 500, 1000].map(convertBlkioWeight), [1, 4950, 10_000]);
});

test("swap: what OCI counts together becomes swap alone", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (limit, swap) => {
      assert.is(convertSwap(limit, limit + swap), String(swap));
      assert.is(convertSwap(limit, undefined), "0");
      assert.is(convertSwap(limit, -1), "max");
    }),
  );
  assert.is(convertSwap(-1, undefined), "max");
});

test.run();
