import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatAge, formatMemory, formatSize } from "../../src/output/units.ts";

const test = suite("units");

test("memory is binary, images are decimal", () => {
  assert.is(formatMemory(200 * 2 ** 20), "200 MiB");
  assert.is(formatMemory(1023 * 2 ** 20), "1023 MiB");
  assert.is(formatMemory(1.5 * 2 ** 30), "1.5 GiB");
  assert.is(formatSize(206_400_000), "206MB");
  assert.is(formatSize(999), "999B");
  assert.is(formatSize(0), "0B");
});

test("ages", () => {
  const now = new Date("2026-01-10T00:00:00Z");
  const ago = (seconds: number) => formatAge(new Date(now.getTime() - seconds * 1000), now);
  assert.is(ago(-5), "less than a minute ago");
  assert.is(ago(59), "less than a minute ago");
  assert.is(ago(60), "1 minute ago");
  assert.is(ago(7200), "2 hours ago");
  assert.is(ago(86_400 * 15), "2 weeks ago");
});

test.run();
