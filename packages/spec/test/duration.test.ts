import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDuration } from "../src/duration.ts";

const test = suite("parseDuration");

test("reads seconds, units and their sums", () => {
  assert.is(parseDuration("10"), 10_000);
  assert.is(parseDuration("0.25"), 250);
  assert.is(parseDuration("250ms"), 250);
  assert.is(parseDuration("1h30m"), 5_400_000);
  assert.is(parseDuration("1.5s"), 1500);
});

test("refuses what setTimeout cannot wait for", () => {
  for (const text of ["", "0", "-1", "soon", "1y", "30d", "1e3", "1.s", "NaN", "5 s"]) {
    assert.throws(
      () => parseDuration(text, { name: "--timeout" }),
      (error: Error & { code?: string }) =>
        error.code === "INVALID_DURATION" && error.message.includes("--timeout"),
      text,
    );
  }
});

test.run();
