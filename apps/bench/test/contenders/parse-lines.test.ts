import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseMeasureLine } from "../../src/contenders/command-line.ts";
import { parseFloorLine } from "../../src/contenders/floor.ts";

const test = suite("what the programs in C print");

test("reads nanoseconds and microseconds as milliseconds", () => {
  assert.equal(parseFloorLine("2500000 1500"), { wallMs: 2.5, cpuMs: 1.5 });
  assert.equal(parseMeasureLine("30000000 28000 2048 0\n"), {
    wallMs: 30,
    cpuMs: 28,
    memoryMib: 2,
  });
});

test("refuses another line and a command that failed", () => {
  for (const line of ["", "1", "a b"]) assert.throws(() => parseFloorLine(line), /failed to parse/);
  for (const line of ["", "1 2 3", "1 2 3 1", "1 2 3 137"]) {
    assert.throws(() => parseMeasureLine(line), /failed to measure a command line/);
  }
});

test.run();
