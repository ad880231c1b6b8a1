import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatNamespaceMode, parseNamespaceMode } from "../../src/values/namespace-mode.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseNamespaceMode");

test("Docker's words", () => {
  assert.is(parseNamespaceMode("pid", undefined), undefined);
  assert.is(parseNamespaceMode("pid", ""), undefined);
  assert.is(parseNamespaceMode("pid", "host"), "host");
  assert.is(parseNamespaceMode("ipc", "shareable"), "shareable");
  assert.equal(parseNamespaceMode("ipc", "container:a:b"), { container: "a:b" });
  assert.is(formatNamespaceMode({ container: "a" }), "container:a");
  assert.is(formatNamespaceMode("host"), "host");
});

test("what is none of them", () => {
  for (const [option, text] of [
    ["pid", "shareable"],
    ["pid", "container:"],
    ["ipc", "x"],
    ["uts", "container:a"],
    ["cgroupns", "container:a"],
    ["uts", "none"],
  ] as const) {
    const { hint } = assertThrows(() => parseNamespaceMode(option, text), "INVALID_NAMESPACE");
    assert.match(hint ?? "", new RegExp(`^write --${option} .* or `));
  }
});

test.run();
