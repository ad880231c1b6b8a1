import { readFileSync } from "node:fs";
import { createDefaultSpec } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RuntimeError } from "../../src/error.ts";
import type { ContainerOptions } from "../../src/options.ts";
import { deniesGroups } from "../../src/plan/compile-plan.ts";
import { adaptToUserNamespace } from "../../src/spec/adapt-to-user-namespace.ts";
import { checkUser } from "../../src/user-namespace/check-user.ts";
import { mapId, unmapId } from "../../src/user-namespace/map-id.ts";
import { parseOuterNamespace } from "../../src/user-namespace/outer-namespace.ts";
import { parseIdMap } from "../../src/user-namespace/parse-id-map.ts";
import { readUserNamespace } from "../../src/user-namespace/read-user-namespace.ts";
import {
  chooseUserNamespace,
  type UserNamespace,
} from "../../src/user-namespace/user-namespace.ts";

const test = suite("user namespaces");

const mappings = [
  { containerID: 0, hostID: 1000, size: 1 },
  { containerID: 1, hostID: 100_000, size: 65_535 },
];
const full: UserNamespace = {
  type: "rootless",
  mapper: "newuidmap",
  uidMappings: mappings,
  gidMappings: mappings,
};
const single: UserNamespace = {
  type: "rootless",
  mapper: "caller",
  uidMappings: mappings.slice(0, 1),
  gidMappings: mappings.slice(0, 1),
  single: { reason: "there are no ids", fix: "get some" },
};
const hasCode = (code: string) => (error: unknown) =>
  error instanceof RuntimeError && error.code === code;
const choose = (options: Partial<ContainerOptions>) =>
  chooseUserNamespace({ source: { rootfs: "/" }, ...options });

test("an id is found in the mapping that holds it", () => {
  assert.is(mapId(mappings, 0), 1000);
  assert.is(mapId(mappings, 1), 100_000);
  assert.is(mapId(mappings, 65_535), 165_534);
  assert.is(mapId(mappings, 65_536), undefined);
  assert.is(mapId([], 0), undefined);
});

test("a host's id is the container's again, or nobody's", () => {
  assert.equal(
    [1000, 100_000, 165_534, 165_535, 0].map((id) => unmapId(mappings, id)),
    [0, 1, 65_535, 65_534, 65_534],
  );
});

test("what /proc says of a process's ids is read", () => {
  assert.equal(
    parseIdMap("         0       1000          1\n         1     100000      65535\n"),
    mappings,
  );
  assert.equal(parseIdMap(""), []);
  assert.equal(readUserNamespace({ pid: process.pid, type: "host" }), { type: "host" });
  const own = readUserNamespace({ pid: process.pid, type: "mapped" });
  const text = readFileSync("/proc/self/uid_map", "utf8");
  assert.equal(own.type === "mapped" && own.uidMappings, parseIdMap(text));
});

test("one that is there already is joined, with the ids that it has", () => {
  const path = "/proc/self/fd/9";
  const join = createDefaultSpec();
  adaptToUserNamespace(join, { ...full, path });
  assert.equal(join.linux?.namespaces?.[0], { type: "user", path });
  assert.is(join.linux?.uidMappings, undefined);
  const make = createDefaultSpec();
  adaptToUserNamespace(make, full);
  assert.equal(make.linux?.namespaces?.[0], { type: "user" });
  assert.equal(make.linux?.uidMappings, mappings);
  assert.is(deniesGroups({ ...single }), true);
  assert.is(deniesGroups({ ...single, path }), false);
});

test("a user without ids is refused, with what would give some", () => {
  checkUser({ uid: 65_535, gid: 5, additionalGids: [6] }, full);
  checkUser({ uid: 4_000_000, gid: 0 }, { type: "host" });
  assert.throws(() => checkUser({ uid: 65_536, gid: 0 }, full), /run as user 65536/);
  assert.throws(() => checkUser({ uid: 0, gid: 0, additionalGids: [70_000] }, full), /group 70000/);
  assert.throws(
    () => checkUser({ uid: 5, gid: 0 }, single),
    (error: unknown) =>
      hasCode("USER_NOT_MAPPED")(error) && (error as RuntimeError).hint === "get some",
  );
  // Root of Alpine is in eleven groups; with a single id none can be set.
  checkUser({ uid: 0, gid: 0, additionalGids: [1, 2] }, single);
});

if (process.geteuid?.() === 0) {
  test("root shares its user namespace unless it says otherwise", () => {
    assert.is(choose({}), "host");
    assert.is(choose({ userns: "host", privileged: true }), "host");
    assert.is(choose({ userns: "auto" }), "mapped");
  });

  test("a privileged container has none of its own", () => {
    assert.throws(() => choose({ userns: "auto", privileged: true }), hasCode("INVALID_USERNS"));
  });
}

test("a user namespace around us hands on the ids that it has", () => {
  const full = "         0     100000      65536\n";
  const outer = parseOuterNamespace({ uidMap: full, gidMap: full, setgroups: "allow\n" });
  const handedOn = [{ containerID: 0, hostID: 0, size: 65_536 }];
  assert.equal(outer, {
    type: "rootless",
    mapper: "caller",
    uidMappings: handedOn,
    gidMappings: handedOn,
  });
  const own = "         0       1000          1\n";
  const single = parseOuterNamespace({ uidMap: own, gidMap: own, setgroups: "deny\n" });
  assert.ok(single?.type === "rootless" && single.single !== undefined);
  const all = "         0          0 4294967295\n";
  assert.is(parseOuterNamespace({ uidMap: all, gidMap: all, setgroups: "allow\n" }), undefined);
});

test("there are no others", () => {
  const userns = "keep-id" as unknown as "auto";
  assert.throws(() => choose({ userns }), hasCode("INVALID_USERNS"));
});

test.run();
