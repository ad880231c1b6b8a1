import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatMemory, formatSize } from "../../src/output/units.ts";

const test = suite("units");

test("memory is binary", () => {
  assert.is(formatMemory(200 * 2 ** 20), "200MiB");
  assert.is(formatMemory(1023 * 2 ** 20), "1023MiB");
  assert.is(formatMemory(1.5 * 2 ** 30), "1.5GiB");
  assert.is(formatMemory(0), "0B");
});

test("sizes are decimal, with as many digits as Docker shows", () => {
  assert.is(formatSize(206_400_000), "206.4MB");
  assert.is(formatSize(206_400_000, { digits: 3 }), "206MB");
  assert.is(formatSize(1_660_000_000), "1.66GB");
  assert.is(formatSize(999), "999B");
  assert.is(formatSize(0), "0B");
});

test("what rounds to a whole next unit is one", () => {
  assert.is(formatSize(999_949_999, { digits: 3 }), "1GB");
  assert.is(formatMemory(2 ** 20 - 1), "1MiB");
});

test.run();
