import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DetachKeys, parseDetachKeys } from "../../src/values/detach-keys.ts";
import { parseDevice } from "../../src/values/device.ts";
import { parseHost } from "../../src/values/host.ts";
import { readOomScore } from "../../src/values/oom-score.ts";
import { parseSysctl } from "../../src/values/sysctl.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("words of run");

test("--device", () => {
  assert.equal(parseDevice("/dev/fuse"), { path: "/dev/fuse" });
  assert.equal(parseDevice("/dev/sda:r"), { path: "/dev/sda", access: "r" });
  assert.equal(parseDevice("/dev/sda:/dev/x:rw"), {
    path: "/dev/sda",
    target: "/dev/x",
    access: "rw",
  });
  for (const text of ["", ":/dev/x", "/dev/a:/dev/b:/dev/c", "/dev/a:"]) {
    assertThrows(() => parseDevice(text), "INVALID_DEVICE");
  }
});

test("--add-host", () => {
  assert.equal(parseHost("db:10.0.0.2"), ["db", "10.0.0.2"]);
  assert.equal(parseHost("db=[::1]"), ["db", "::1"]);
  for (const text of ["db", ":10.0.0.2", "db:", "db:host-gateway"]) {
    assertThrows(() => parseHost(text), "INVALID_HOST");
  }
});

test("--sysctl and --oom-score-adj", () => {
  assert.equal(parseSysctl("net.a=1=2"), ["net.a", "1=2"]);
  assertThrows(() => parseSysctl("net.a"), "INVALID_SYSCTL");
  assert.is(readOomScore("-5"), -5);
  for (const text of ["", "1.5", "1001", "x"]) {
    assertThrows(() => readOomScore(text), "INVALID_OOM_SCORE");
  }
});

test("--detach-keys, cut into chunks anyhow", () => {
  assert.equal([...parseDetachKeys()], [16, 17]);
  assert.equal([...parseDetachKeys("a,ctrl-[,ctrl-@")], [97, 27, 0]);
  for (const text of ["", "ab", "ctrl-", "ctrl-1", "a,"]) {
    assertThrows(() => parseDetachKeys(text), "INVALID_DETACH_KEYS");
  }
  const type = (...chunks: string[]) => {
    const keys = new DetachKeys(parseDetachKeys("x,y"));
    const read = chunks.map((chunk) => keys.read(Buffer.from(chunk)));
    return [
      Buffer.concat(read.map(({ forward }) => forward)).toString(),
      read.some(({ detached }) => detached),
    ];
  };
  assert.equal(type("axb"), ["axb", false]);
  assert.equal(type("ax", "y"), ["a", true]);
  assert.equal(type("x", "x", "b"), ["xxb", false]);
  assert.equal(type("xxy"), ["x", true]);
});

test.run();
