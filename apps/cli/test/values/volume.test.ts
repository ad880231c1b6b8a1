import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseVolume } from "../../src/values/volume.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseVolume");
const parse = (text: string) => parseVolume(text, "/home/me");

test("a bind mount", () => {
  assert.equal(parse("/src:/dst"), {
    mount: { type: "bind", source: "/src", target: "/dst", readonly: false, recursive: true },
    ignored: [],
  });
  const { mount } = parse("/src:/dst:ro,rprivate");
  assert.is(mount.type === "bind" && mount.readonly, true);
});

test("a relative host path begins with a dot", () => {
  for (const [text, source] of [
    ["./a:/b", "/home/me/a"],
    ["../a:/b", "/home/a"],
    [".:/b", "/home/me"],
  ] as const) {
    const { mount } = parse(text);
    assert.is(mount.type === "bind" ? mount.source : "", source);
  }
});

test("says which labels it ignored", () => {
  assert.equal(parse("/a:/b:ro,Z").ignored, ["Z"]);
});

test("refuses the rest", () => {
  assertThrows(() => parse("name:/b"), "UNSUPPORTED", /"name"/);
  assertThrows(() => parse("/only"), "UNSUPPORTED");
  for (const text of [":/b", "/a:b", "/a:", "/a:/b:rshared", "/a:/b:ro:x"]) {
    assertThrows(() => parse(text), "INVALID_VOLUME");
  }
});

test.run();
