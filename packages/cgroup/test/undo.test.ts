import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CgroupError } from "../src/index.js";
import { undo } from "../src/undo.js";

const test = suite("undo");
const first = new Error("failed to set x");

test("gives the first error where the undoing works", () => {
  assert.is(
    undo(first, () => true),
    first,
  );
});

test("gives both where it does not", () => {
  const second = new Error("failed to remove y");
  const both = undo(first, () => {
    throw second;
  });
  assert.instance(both, CgroupError);
  const { code, cause, message } = both as CgroupError;
  assert.is(code, "CGROUP_LEFT_BEHIND");
  assert.match(message, /^failed to set x; and failed to remove/);
  assert.equal((cause as AggregateError).errors, [first, second]);
  const busy = undo(first, () => false) as CgroupError;
  assert.is((busy.cause as AggregateError).errors[0], first);
});

test.run();
