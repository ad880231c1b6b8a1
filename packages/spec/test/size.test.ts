import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseSize } from "../src/size.ts";

const test = suite("parseSize");

test("reads the units of docker's CLI as binary ones", () => {
  assert.is(parseSize("512m"), 512 * 2 ** 20);
  assert.is(parseSize("1.5g"), 1.5 * 2 ** 30);
  assert.is(parseSize("64KiB"), 65536);
  assert.is(parseSize("7"), 7);
  assert.is(parseSize(" 8 kb "), 8192);
});

test("gives a bare number the caller's unit", () => {
  assert.is(parseSize("200", { unit: "m" }), 200 * 2 ** 20);
  assert.is(parseSize("200b", { unit: "m" }), 200);
});

test("refuses what is no size, naming the option and the text", () => {
  for (const text of [
    "",
    "0",
    "-5",
    "abc",
    "1e30",
    "1x",
    "NaN",
    "Infinity",
    "0.1b",
    "9999999999p",
  ]) {
    assert.throws(
      () => parseSize(text, { name: "--mem" }),
      (error: Error & { code?: string }) =>
        error.code === "INVALID_SIZE" &&
        error.message.startsWith(`failed to parse --mem "${text}"`),
      text,
    );
  }
});

test("any whole number of any unit comes back as its bytes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 12 }), fc.constantFrom("k", "m", "g"), (n, unit) => {
      const factor = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[unit as "k" | "m" | "g"];
      assert.is(parseSize(`${n}${unit}`), n * factor);
    }),
  );
});

test("never returns anything but a positive safe integer", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        const bytes = parseSize(text);
        assert.ok(Number.isSafeInteger(bytes) && bytes > 0);
      } catch (error) {
        assert.is((error as { code?: string }).code, "INVALID_SIZE");
      }
    }),
  );
});

test.run();
