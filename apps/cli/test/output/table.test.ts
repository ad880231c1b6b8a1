import { suite } from "uvu";
import * as assert from "uvu/assert";
import { alignColumns } from "../../src/output/table.ts";

const test = suite("alignColumns");

test("a column is as wide as its longest cell and three spaces, and ten at least", () => {
  assert.equal(alignColumns(["A\tB\tC", "a-long-cell\t\tx", "…\ty\t"]), [
    "A             B         C",
    "a-long-cell             x",
    "…             y         ",
  ]);
});

test("a line without a column parts those above from those below", () => {
  assert.equal(alignColumns(["a-long-cell\tx", "heading of its own", "b\ty"]), [
    "a-long-cell   x",
    "heading of its own",
    "b         y",
  ]);
});

test("nothing to align", () => {
  assert.equal(alignColumns([]), []);
  assert.equal(alignColumns(["", "a"]), ["", "a"]);
});

test.run();
