import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseMountinfo, unescapeMountPath } from "../src/mountinfo.js";

const test = suite("mountinfo");

test("reads a line with any number of optional fields", () => {
  for (const optional of ["", "shared:4 ", "shared:4 master:1 propagate_from:2 "]) {
    const line = `36 35 98:0 /a /sys/fs/cgroup rw,nosuid ${optional}- cgroup cgroup rw,cpu,cpuacct`;
    assert.equal(parseMountinfo(line), [
      {
        root: "/a",
        mountPoint: "/sys/fs/cgroup",
        fsType: "cgroup",
        readOnly: false,
        superOptions: ["rw", "cpu", "cpuacct"],
      },
    ]);
  }
});

test("takes a mount for read-only by its own options and by those of the file system", () => {
  const line = (mount: string, file: string) => `1 2 0:1 / /m ${mount} - cgroup2 cgroup2 ${file}`;
  const readOnly = (text: string) => parseMountinfo(text)[0]?.readOnly;
  assert.is(readOnly(line("rw", "rw")), false);
  assert.is(readOnly(line("ro,nosuid", "rw")), true);
  assert.is(readOnly(line("rw", "ro")), true);
});

test("gives back any path that the kernel escapes", () => {
  fc.assert(
    fc.property(fc.string(), (path) => {
      const escaped = path.replace(
        /[ \t\n\\]/g,
        (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
      );
      assert.is(unescapeMountPath(escaped), path);
    }),
  );
});

test("survives any text", () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseMountinfo(text))));
});

test.run();
