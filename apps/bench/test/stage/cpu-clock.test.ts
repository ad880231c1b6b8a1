import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseChildrenCpuMs, readCpuMs } from "../../src/stage/cpu-clock.ts";

const test = suite("cpu clock");

test("reads the children's time behind a name with spaces and parentheses", () => {
  const stat = "7 (a) b (c)) S 1 7 7 0 -1 4194304 100 200 0 0 11 12 13 14 20 0 1 0 99 1 1";
  assert.is(parseChildrenCpuMs(stat), 270);
});

test("counts the children that have ended", () => {
  const readChildrenMs = () => parseChildrenCpuMs(readFileSync("/proc/self/stat", "latin1"));
  const before = readChildrenMs();
  const all = readCpuMs();
  execFileSync(process.execPath, ["-e", "const end = Date.now() + 100; while (Date.now() < end);"]);
  const children = readChildrenMs() - before;
  assert.ok(children > 0);
  assert.ok(readCpuMs() - all >= children);
});

test.run();
