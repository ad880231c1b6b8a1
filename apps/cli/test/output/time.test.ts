import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatAge, formatDate, formatDuration } from "../../src/output/time.ts";

const test = suite("time");

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Docker's words (go-units, HumanDuration), on both sides of where they change. */
const DURATIONS: [seconds: number, words: string][] = [
  [-5, "Less than a second"],
  [0.9, "Less than a second"],
  [SECOND, "1 second"],
  [59 * SECOND, "59 seconds"],
  [MINUTE, "About a minute"],
  [2 * MINUTE - 1, "About a minute"],
  [2 * MINUTE, "2 minutes"],
  [59 * MINUTE, "59 minutes"],
  [HOUR, "About an hour"],
  [1.49 * HOUR, "About an hour"],
  [1.5 * HOUR, "2 hours"],
  [47 * HOUR, "47 hours"],
  [48 * HOUR, "2 days"],
  [13 * DAY, "13 days"],
  [14 * DAY, "2 weeks"],
  [59 * DAY, "8 weeks"],
  [60 * DAY, "2 months"],
  [729 * DAY, "24 months"],
  [730 * DAY, "2 years"],
];

for (const [seconds, words] of DURATIONS) {
  test(`${seconds} s is ${words}`, () => assert.is(formatDuration(seconds * 1000), words));
}

test("ages", () => {
  const now = new Date("2026-01-10T00:00:00Z");
  assert.is(formatAge(new Date("2026-01-09T23:59:57Z"), now), "3 seconds ago");
  assert.is(formatAge(new Date("2025-12-25T00:00:00Z"), now), "2 weeks ago");
});

/** What `date '+%F %T %z %Z'` prints. */
const ZONES: [zone: string, winter: string, summer: string][] = [
  ["UTC", "2026-01-02 03:04:05 +0000 UTC", "2026-07-02 03:04:05 +0000 UTC"],
  ["", "2026-01-02 03:04:05 +0000 UTC", "2026-07-02 03:04:05 +0000 UTC"],
  ["Europe/Berlin", "2026-01-02 04:04:05 +0100 CET", "2026-07-02 05:04:05 +0200 CEST"],
  ["Europe/Dublin", "2026-01-02 03:04:05 +0000 GMT", "2026-07-02 04:04:05 +0100 IST"],
  ["America/New_York", "2026-01-01 22:04:05 -0500 EST", "2026-07-01 23:04:05 -0400 EDT"],
  ["Asia/Kolkata", "2026-01-02 08:34:05 +0530 IST", "2026-07-02 08:34:05 +0530 IST"],
  ["America/Sao_Paulo", "2026-01-02 00:04:05 -0300 -03", "2026-07-02 00:04:05 -0300 -03"],
  ["Australia/Sydney", "2026-01-02 14:04:05 +1100 AEDT", "2026-07-02 13:04:05 +1000 AEST"],
];

for (const [zone, winter, summer] of ZONES) {
  test(`dates in the zone "${zone}"`, () => {
    const { TZ } = process.env;
    try {
      process.env["TZ"] = zone;
      assert.is(formatDate(new Date("2026-01-02T03:04:05Z")), winter);
      assert.is(formatDate(new Date("2026-07-02T03:04:05Z")), summer);
    } finally {
      if (TZ === undefined) delete process.env["TZ"];
      else process.env["TZ"] = TZ;
    }
  });
}

test.run();
