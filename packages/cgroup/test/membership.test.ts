import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseMemberships } from "../src/membership.js";

const test = suite("membership");

test("reads v1, named and v2 lines, and colons in a path", () => {
  const text = "9:name=systemd:/\n4:cpu,cpuacct:/a:b\n0::/system.slice/x.service\n";
  assert.equal(parseMemberships(text), [
    { controllers: ["name=systemd"], path: "/" },
    { controllers: ["cpu", "cpuacct"], path: "/a:b" },
    { controllers: [], path: "/system.slice/x.service" },
  ]);
});

test("survives any text", () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseMemberships(text))));
});

test.run();
