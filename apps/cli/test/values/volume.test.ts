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

test("a name is that of a volume, and without one the volume is the container's own", () => {
  assert.equal(parse("db:/data:ro").mount, {
    type: "volume",
    source: "db",
    target: "/data",
    readonly: true,
    copy: true,
  });
  assert.equal(parse("/data").mount, {
    type: "volume",
    target: "/data",
    readonly: false,
    copy: true,
  });
  const { mount } = parse("db:/data:nocopy,z");
  assert.is(mount.type === "volume" && mount.copy, false);
});

test("refuses the rest", () => {
  for (const text of [
    "",
    "name",
    ":/b",
    "/a:b",
    "/a:",
    "/a:/b:rshared",
    "/a:/b:nocopy",
    "/a:/b:ro:x",
    "db:data",
    "/only:ro",
  ]) {
    assertThrows(() => parse(text), "INVALID_VOLUME");
  }
});

test.run();
