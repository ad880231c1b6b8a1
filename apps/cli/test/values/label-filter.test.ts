import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLabelFilters } from "../../src/values/label-filter.ts";

const test = suite("readLabelFilters");

test("labels are there, have a value, or are not there", () => {
  assert.equal(readLabelFilters(["a", "b=c=d"]), [
    { name: "a", absent: false },
    { name: "b", value: "c=d", absent: false },
  ]);
  assert.equal(readLabelFilters(["e"], { absent: true }), [{ name: "e", absent: true }]);
  assert.equal(readLabelFilters(), []);
});

test.run();
