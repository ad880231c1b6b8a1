import { suite } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../assert-throws.ts";
import { readRun } from "./read-run.ts";

const test = suite("readCommandLine");

test("--cmd is run by a shell", () => {
  const { image, command, entrypoint } = readRun("--cmd", "echo $HOME", "debian");
  assert.is(image, "debian");
  assert.equal(command, ["/bin/sh", "-c", "echo $HOME"]);
  assert.equal(entrypoint, []);
});

test("an image and a command", () => {
  const { image, command, entrypoint } = readRun("-m", "5", "debian", "ls", "-l", "--help");
  assert.is(image, "debian");
  assert.equal(command, ["ls", "-l", "--help"]);
  assert.is(entrypoint, undefined);
  assert.is(readRun("debian").command, undefined);
});

test("--rootfs takes the place of the image", () => {
  const { image, command } = readRun("--rootfs", "/srv", "/bin/ls", "-l");
  assert.is(image, undefined);
  assert.equal(command, ["/bin/ls", "-l"]);
});

test("--entrypoint", () => {
  assert.equal(readRun("--entrypoint", "/x", "debian").entrypoint, ["/x"]);
  assert.equal(readRun("--entrypoint", "", "debian", "ls").entrypoint, []);
});

test("nothing to run", () => {
  for (const args of [[], ["-m", "200"], ["--rootfs", "/srv"], ["--cmd", " "], ["-t"]]) {
    assertThrows(() => readRun(...args), "NO_COMMAND");
  }
  assert.is(readRun("-it").image, undefined);
});

test("contradictions", () => {
  assertThrows(() => readRun("--cmd", "a", "debian", "b"), "CONFLICTING_OPTIONS");
  assertThrows(() => readRun("--cmd", "a", "--entrypoint", "b"), "CONFLICTING_OPTIONS");
});

test("refuses what nothing carries out yet, with a hint", () => {
  for (const args of [
    ["-p", "8080:80"],
    ["--publish", "80"],
    ["-P"],
    ["-d", "--timeout", "5"],
    ["--rm=false", "--timeout", "5"],
    ["--label", "a=b", "--timeout", "5"],
    ["--network", "bridge"],
    ["--pull", "always"],
    ["--userns", "keep-id"],
  ]) {
    const { hint } = assertThrows(() => readRun(...args, "debian", "ls"), "UNSUPPORTED");
    assert.type(hint, "string");
  }
});

test("accepts what is so anyway", () => {
  const { values } = readRun("--rm", "--network", "none", "--pull=never", "debian");
  assert.is(values.rm, true);
});

test.run();
