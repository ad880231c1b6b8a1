import { DockherError } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { renderError } from "../../src/output/render-error.ts";

const test = suite("renderError");

test("one line, and one with the fix", () => {
  const error = new DockherError("failed to x: y", { code: "X", hint: "do z" });
  assert.is(renderError(error, { debug: false }), "dockher: failed to x: y\nhint: do z\n");
  const plain = new DockherError("failed to x:\n  y\n  z", { code: "X" });
  assert.is(renderError(plain, { debug: false }), "dockher: failed to x:; y; z\n");
});

test("a mistake of ours says how to see more", () => {
  assert.is(
    renderError(new TypeError("boom"), { debug: false }),
    "dockher: boom\nhint: DOCKHER_DEBUG=1 shows more\n",
  );
});

test("debugging shows every cause", () => {
  const cause = new AggregateError([new Error("first"), new Error("second")], "both");
  const text = renderError(new DockherError("failed to x: y", { code: "X", cause }), {
    debug: true,
  });
  for (const part of ["DockherError: failed to x: y", "AggregateError: both", "first", "second"]) {
    assert.match(text, part);
  }
});

test.run();
