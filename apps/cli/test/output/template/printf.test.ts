import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLiteral } from "../../../src/output/template/literal.ts";
import { printFormat, quoteString } from "../../../src/output/template/printf.ts";

const test = suite("printf");

test("a quoted string reads back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => readLiteral(quoteString(text)) === text),
  );
  assert.is(quoteString('a "b"\\\n\u00a0\u200b\x01é…'), '"a \\"b\\"\\\\\\n\\u00a0\\u200b\\x01é…"');
});

test("any text without a verb is printed as it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => printFormat(text.replaceAll("%", "%%"), []) === text),
  );
});

test.run();
