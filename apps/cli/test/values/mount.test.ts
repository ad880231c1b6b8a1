import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { splitCsv } from "../../src/values/csv.ts";
import { parseMount } from "../../src/values/mount.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseMount");
const parse = (text: string) => parseMount(text, "/home/me");

test("binds, in all of Docker's words", () => {
  const bind = { type: "bind", source: "/a", target: "/b", recursive: true };
  assert.equal(parse("type=bind,source=/a,target=/b"), { ...bind, readonly: false });
  assert.equal(parse("type=bind,src=/a,dst=/b,ro"), { ...bind, readonly: true });
  assert.equal(parse("TYPE=bind,src=/a,destination=/b,readonly=1"), { ...bind, readonly: true });
  assert.equal(parse("type=bind,src=/a,dst=/b,bind-recursive=disabled"), {
    ...bind,
    readonly: false,
    recursive: false,
  });
});

test("tmpfs", () => {
  assert.equal(parse("type=tmpfs,target=/t"), { type: "tmpfs", target: "/t" });
  assert.equal(parse("type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=0700"), {
    type: "tmpfs",
    target: "/t",
    size: 2 ** 20,
    mode: 0o700,
  });
});

test("volumes, which are what has no type", () => {
  const volume = { type: "volume", target: "/b", readonly: false, copy: true };
  assert.equal(parse("source=v,target=/b"), { ...volume, source: "v" });
  assert.equal(parse("type=volume,dst=/b"), volume);
  assert.equal(parse("type=volume,src=v,dst=/b,ro,volume-nocopy,volume-subpath=a/b"), {
    ...volume,
    source: "v",
    readonly: true,
    copy: false,
    subpath: "a/b",
  });
});

test("refuses the rest", () => {
  assertThrows(() => parse("type=npipe,target=/b"), "UNSUPPORTED");
  for (const text of [
    "type=bind,source=/a",
    "type=bind,target=/b",
    "type=bind,source=/a,target=b",
    "type=bind,source=/a,target=/b,bind-propagation=shared",
    "type=bind,source=/a,target=/b,tmpfs-size=1",
    "type=bind,source=/a,target=/b,nonsense",
    "type=bind,source=/a,target=/b,readonly=maybe",
    "type=tmpfs,source=/a,target=/b",
    "type=volume,source=v",
    "type=volume,source=v,target=/b,volume-opt=type=nfs",
    "type=volume,source=v,target=/b,volume-driver=nfs",
    "type=volume,source=v,target=/b,volume-nocopy=perhaps",
    "type=bind,source=/a,target=/b,volume-nocopy",
  ]) {
    assertThrows(() => parse(text), "INVALID_MOUNT");
  }
  assertThrows(() => parse("type=tmpfs,target=/t,tmpfs-mode=9"), "INVALID_MODE");
  assertThrows(() => parse('type=bind,"source=/a,target=/b'), "INVALID_CSV");
});

test("quoted fields come back", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
      const record = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",");
      assert.equal(splitCsv(record), fields);
    }),
  );
});

test.run();
