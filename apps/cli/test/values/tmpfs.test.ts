import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseTmpfs } from "../../src/values/tmpfs.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseTmpfs");

test("reads size, mode and flags", () => {
  assert.equal(parseTmpfs("/run"), { type: "tmpfs", target: "/run", options: [] });
  assert.equal(parseTmpfs("/run:size=64m,mode=755,exec,uid=5"), {
    type: "tmpfs",
    target: "/run",
    size: 64 * 2 ** 20,
    mode: 0o755,
    options: ["exec", "uid=5"],
  });
});

test("refuses the rest", () => {
  for (const text of ["", "run", "/run:lowerdir=/", "/run:bind"]) {
    assertThrows(() => parseTmpfs(text), "INVALID_TMPFS");
  }
  assertThrows(() => parseTmpfs("/run:size=0"), "INVALID_SIZE");
  assertThrows(() => parseTmpfs("/run:mode=rwx"), "INVALID_MODE");
});

test.run();
