import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MountOption } from "../../src/options.ts";
import { generateMounts } from "../../src/spec/generate-mounts.ts";
import { nameVolumes } from "../../src/volumes/name-volumes.ts";

const test = suite("nameVolumes");

const layout = { volumes: "/v" };
const name = (mounts: MountOption[], declared = {}) => nameVolumes({ mounts, declared, layout });

test("a volume without a name gets one, and another each time", () => {
  const [first, second, named] = name([
    { type: "volume", target: "/a" },
    { type: "volume", target: "/b" },
    { type: "volume", target: "/c", source: "named" },
  ]);
  assert.ok(first?.type === "volume" && second?.type === "volume" && named?.type === "volume");
  assert.match(first.name, /^[0-9a-f]{64}$/);
  assert.is.not(first.name, second.name);
  assert.equal([first.anonymous, named.anonymous], [true, false]);
  assert.is(named.directory, "/v/named/_data");
});

test("the image's volumes stand behind the caller's mounts, where there is none already", () => {
  const declared = { "/data/": {}, "/other": {} };
  const named = name([{ type: "tmpfs", target: "/data" }], declared);
  assert.equal(
    named.map(({ type, target }) => [type, target]),
    [
      ["tmpfs", "/data"],
      ["volume", "/other"],
    ],
  );
});

test("what lies below is mounted after what lies above", () => {
  const mounts = name([{ type: "tmpfs", target: "/data/sub" }], { "/data": {} });
  assert.equal(
    generateMounts(mounts).map(({ destination }) => destination),
    ["/data", "/data/sub"],
  );
});

test("names and subpaths that can't be meant are refused", () => {
  for (const source of ["", "a", "../x", "a/b"]) {
    assert.throws(() => name([{ type: "volume", target: "/a", source }]), /name the volume/);
  }
  for (const subpath of ["", "/abs", "..", "a/../../b", "nul\0"]) {
    assert.throws(() => name([{ type: "volume", target: "/a", subpath }]), /the subpath/);
  }
});

test.run();
