import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DockherError, SpecError } from "../src/error.ts";

const test = suite("DockherError");

test("carries its code, its hint and its cause, and the name of its class", () => {
  const cause = new Error("EACCES");
  const error = new SpecError("failed to read it: no", { code: "NO", hint: "ask", cause });
  assert.ok(error instanceof DockherError);
  assert.is(error.name, "SpecError");
  assert.is(error.code, "NO");
  assert.is(error.hint, "ask");
  assert.is(error.cause, cause);
});

test("has no cause where there is none", () => {
  assert.not.ok("cause" in new DockherError("x", { code: "X" }));
});

test.run();
