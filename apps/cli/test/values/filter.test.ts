import { suite } from "uvu";
import * as assert from "uvu/assert";
import { matchLabels, parseFilters, readFlagFilter } from "../../src/values/filter.ts";
import { compileGlob } from "../../src/values/glob.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("filters");

const KEYS = ["label", "dangling"] as const;

test("values gather by their key", () => {
  const filters = parseFilters(["label=a=b", " Label = c ", "dangling=true"], KEYS);
  assert.equal(filters.get("label"), ["a=b", "c"]);
  assert.is(readFlagFilter(filters, "dangling"), true);
  assert.is(readFlagFilter(parseFilters([], KEYS), "dangling"), undefined);
  assert.is(readFlagFilter(parseFilters(["dangling=0"], KEYS), "dangling"), false);
});

test("refuses what is no filter", () => {
  assertThrows(() => parseFilters(["x"], KEYS), "INVALID_FILTER", "expected name=value");
  assertThrows(() => parseFilters([""], KEYS), "INVALID_FILTER");
  const unknown = assertThrows(() => parseFilters(["nope=x"], KEYS), "INVALID_FILTER", "'nope'");
  assert.is(unknown.hint, "filters: label dangling");
  for (const written of [["dangling=x"], ["dangling="], ["dangling=1", "dangling=0"]]) {
    assertThrows(() => readFlagFilter(parseFilters(written, KEYS), "dangling"), "INVALID_FILTER");
  }
});

test("labels", () => {
  const labels = { a: "1", b: "x=y" };
  assert.ok(matchLabels(labels));
  assert.ok(matchLabels(labels, ["a", "b=x=y"]));
  assert.not.ok(matchLabels(labels, ["a=2"]));
  assert.not.ok(matchLabels(labels, ["a", "c"]));
  assert.not.ok(matchLabels(labels, ["constructor"]));
});

test("patterns, as Go's path.Match", () => {
  const match = (glob: string, text: string) => compileGlob(glob)?.test(text);
  assert.is(match("deb*", "debian"), true);
  assert.is(match("deb*", "a/debian"), false);
  assert.is(match("*", "a/b"), false);
  assert.is(match("debian:?[a-c]", "debian:xb"), true);
  assert.is(match("[^a]b", "ab"), false);
  assert.is(match("a.b", "axb"), false);
  assert.is(match("\\*(+)", "*(+)"), true);
  for (const glob of ["[", "[]", "a\\", "[z-a]", "x]["]) assert.is(compileGlob(glob), undefined);
});

test.run();
