import type { IdMap } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  checkIdmappedMounts,
  checkSubordinateIds,
  checkUserNamespaces,
} from "../../src/host/check-user-namespaces.js";
import { layOutMachine } from "./lay-out-machine.js";

const test = suite("checks of user namespaces");

/** What is found on a machine with these settings that refuses them. */
function check(settings: Record<string, string>, uid = 1000) {
  const files = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`/proc/sys/${name}`, value]),
  );
  using machine = layOutMachine({ "/proc/self/ns/user": "", ...files }, { uid });
  return checkUserNamespaces(machine, "failed to clone a process: EPERM");
}

test("nothing runs without root where they are refused, and as root only --userns auto is lost", () => {
  assert.is(check({}).status, "missing");
  assert.is(check({}, 0).status, "limited");
  assert.match(check({}, 0).detail, "--userns auto");
  using machine = layOutMachine({});
  assert.is(checkUserNamespaces(machine, undefined).status, "ok");
});

test("a kernel without them", () => {
  using machine = layOutMachine({});
  assert.match(checkUserNamespaces(machine, "EINVAL").fix ?? "", "CONFIG_USER_NS");
});

test("each setting that forbids them has its fix", () => {
  const cases: [string, string, RegExp][] = [
    ["user/max_user_namespaces", "0\n", /echo user\.max_user_namespaces=65536 .* sudo sysctl -p/],
    ["kernel/unprivileged_userns_clone", "0\n", /echo kernel\.unprivileged_userns_clone=1 /],
    [
      "kernel/apparmor_restrict_unprivileged_userns",
      "1\n",
      /profile dockher-node .* flags=\(unconfined\).*userns,.*apparmor_parser -r .*; or .*kernel\.apparmor_restrict_unprivileged_userns=0/,
    ],
  ];
  for (const [name, value, fix] of cases) assert.match(check({ [name]: value }).fix ?? "", fix);
});

test("what no setting explains is told as it was said", () => {
  const found = check({
    "user/max_user_namespaces": "9000",
    "kernel/unprivileged_userns_clone": "1",
  });
  assert.match(found.detail, "failed to clone a process: EPERM");
  assert.match(found.fix ?? "", "seccomp=unconfined");
});

const root = { containerID: 0, hostID: 1000, size: 1 };
const full: IdMap = {
  type: "full",
  uidMappings: [root, { containerID: 1, hostID: 100_000, size: 65_536 }],
  gidMappings: [root, { containerID: 1, hostID: 100_000, size: 65_536 }],
};

test("subordinate ids: there, absent, and none of root's business", () => {
  using machine = layOutMachine({});
  const [there] = checkSubordinateIds(machine, { idMap: full, refusal: undefined });
  assert.equal(there, { name: "subordinate ids", status: "ok", detail: "65536 of them" });
  const idMap: IdMap = {
    type: "single",
    uidMappings: [root],
    gidMappings: [root],
    reason: "user ann has none",
    fix: "sudo usermod",
  };
  const [absent] = checkSubordinateIds(machine, { idMap, refusal: undefined });
  assert.is(absent?.status, "limited");
  assert.is(absent?.fix, "sudo usermod");
  assert.equal(checkSubordinateIds({ ...machine, uid: 0 }, { idMap, refusal: undefined }), []);
});

test("subordinate ids: why newuidmap cannot map them", () => {
  const refusal = "failed to map subordinate ids: EPERM";
  const find = (status: string, mode: number) => {
    using machine = layOutMachine(
      { "/proc/self/status": status },
      { programs: { newuidmap: mode, newgidmap: 0o4755 } },
    );
    const [found] = checkSubordinateIds(machine, { idMap: full, refusal });
    assert.is(found?.status, "missing");
    return found?.fix ?? "";
  };
  assert.match(find("NoNewPrivs:\t1\n", 0o4755), "NoNewPrivileges=");
  assert.is(find("NoNewPrivs:\t0\n", 0o755), "sudo chmod u+s /usr/bin/newuidmap");
  assert.match(find("NoNewPrivs:\t0\n", 0o4755), "nosuid");
});

test("idmapped mounts: for root alone", () => {
  using machine = layOutMachine({}, { uid: 0 });
  assert.is(checkIdmappedMounts(machine, undefined)[0]?.status, "ok");
  assert.match(checkIdmappedMounts(machine, "EINVAL")[0]?.fix ?? "", "ext4");
  assert.equal(checkIdmappedMounts({ ...machine, uid: 1000 }, undefined), []);
});

test.run();
