import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readAttachedStreams } from "../../src/run/attached-streams.ts";
import { checkAttached } from "../../src/run/check-attached.ts";
import { isRemovedAtEnd } from "../../src/run/needs-monitor.ts";
import { assertThrows } from "../assert-throws.ts";
import { readRun } from "./read-run.ts";

const test = suite("readAttachedStreams");
const read = (...args: string[]) => readAttachedStreams(readRun(...args, "debian", "ls").values);

test("all that there is, where nothing is named", () => {
  assert.equal(read(), { stdin: false, outputs: ["stdout", "stderr"] });
  assert.equal(read("-it"), { stdin: true, outputs: ["stdout", "stderr"] });
});

test("what is named, in whatever case, and the standard input with -i", () => {
  assert.equal(read("-a", "stderr"), { stdin: false, outputs: ["stderr"] });
  assert.equal(read("-a", "STDERR", "-a", "Stdout", "-a", "stderr"), {
    stdin: false,
    outputs: ["stdout", "stderr"],
  });
  assert.equal(read("-i", "-a", "stdout"), { stdin: true, outputs: ["stdout"] });
  assert.equal(read("-i", "-a", "stdin"), { stdin: true, outputs: [] });
});

test("one that nobody sees stays, and one with a name", () => {
  const isRemoved = (...args: string[]) => isRemovedAtEnd(readRun(...args, "debian", "ls").values);
  assert.is(isRemoved("-i", "-a", "stdin"), false);
  assert.is(isRemoved("-i", "-a", "stdin", "--rm"), true);
  assert.is(isRemoved("-a", "stdout"), true);
  assert.is(isRemoved("--name", "box"), false);
  assert.is(isRemoved("--name", "box", "--rm"), true);
});

test("refuses what is no stream, or nobody has", () => {
  assertThrows(() => read("-a", "all"), "INVALID_STREAM", "STDIN, STDOUT and STDERR");
  assertThrows(() => read("-a", ""), "INVALID_STREAM");
  assertThrows(
    () => read("-a", "stdin", "-a", "stdout"),
    "CONFLICTING_OPTIONS",
    /no standard input/,
  );
  assertThrows(() => read("-it", "-a", "stderr"), "CONFLICTING_OPTIONS", /terminal/);
  assertThrows(
    () => checkAttached({ attach: ["stdout"], detach: true }),
    "CONFLICTING_OPTIONS",
    "cannot specify both --attach and --detach",
  );
});

test.run();
