import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseUlimit } from "../../src/values/ulimit.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseUlimit");

test("one number is both limits", () => {
  assert.equal(parseUlimit("nofile=10"), { name: "nofile", limit: { soft: 10, hard: 10 } });
  assert.equal(parseUlimit("nofile=10:20"), { name: "nofile", limit: { soft: 10, hard: 20 } });
});

test("no limit", () => {
  const limit = { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY };
  assert.equal(parseUlimit("core=-1"), { name: "core", limit });
  assert.equal(parseUlimit("core=unlimited:-1"), { name: "core", limit });
});

test("refuses the rest", () => {
  for (const text of ["", "nofile", "nofile=", "nofile=x", "nofile=-2", "nofile=1:2:3", "=1"]) {
    assertThrows(() => parseUlimit(text), "INVALID_ULIMIT");
  }
});

test.run();
