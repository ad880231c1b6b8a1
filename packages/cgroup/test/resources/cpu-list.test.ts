import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseCpuList } from "../../src/resources/cpu-list.js";

const test = suite("cpu list");

test("reads single processors and ranges", () => {
  assert.equal([...(parseCpuList("0-2,7") ?? [])], [0, 1, 2, 7]);
});

test("reads any list that it is given", () => {
  const range = fc.tuple(fc.nat(8000), fc.nat(100)).map(([first, more]) => [first, first + more]);
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 20 }), (ranges) => {
      const members = parseCpuList(ranges.map(([first, last]) => `${first}-${last}`).join(","));
      for (const [first = 0, last = 0] of ranges) {
        assert.ok(members?.has(first) && members.has(last));
      }
    }),
  );
});

test("refuses what is no list, and ranges that would fill the memory", () => {
  for (const text of ["", ",", "1,", "-1", "3-1", "a", "1-", "0-99999999999", " 1", "1\n", "0x1"]) {
    assert.is(parseCpuList(text), undefined, text);
  }
});

test.run();
