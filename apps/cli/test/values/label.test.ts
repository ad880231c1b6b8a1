import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseLabels } from "../../src/values/label.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseLabels");

test("names with and without values, the last one counts", () => {
  assert.equal(parseLabels(["a", "b=c=d", "e=", "a=1"]), { a: "1", b: "c=d", e: "" });
  assert.equal(parseLabels([]), {});
});

test("refuses what has no name", () => {
  for (const text of ["", "=a"]) assertThrows(() => parseLabels([text]), "INVALID_LABEL");
});

test.run();
