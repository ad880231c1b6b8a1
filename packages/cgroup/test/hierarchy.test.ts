import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CgroupLayout, discoverCgroups } from "../src/index.js";
import { assertRejects } from "./assert-rejects.js";
import {
  type MachineOptions,
  makeMachine,
  makeV1Machine,
  makeV2Machine,
  V2_MOUNT,
  v1Mount,
  v2Files,
} from "./machine.js";

const test = suite("hierarchy");

/** Discovers on a machine that is gone afterwards; its root is cut off all paths. */
function discover(options: MachineOptions): CgroupLayout {
  using machine = makeMachine(options);
  return cutRoot(discoverCgroups({ root: machine.root }), machine.root);
}

function cutRoot(layout: CgroupLayout, root: string): CgroupLayout {
  return JSON.parse(JSON.stringify(layout).replaceAll(root, "")) as CgroupLayout;
}

test("v2", () => {
  using machine = makeV2Machine();
  assert.equal(cutRoot(discoverCgroups({ root: machine.root }), machine.root), {
    version: 2,
    hybrid: false,
    hierarchy: {
      controllers: ["cpuset", "cpu", "io", "memory", "pids"],
      mountPoint: "/sys/fs/cgroup",
      ownDirectory: "/sys/fs/cgroup/system.slice/app.service",
      readOnly: false,
    },
  });
});

test("v1 legacy, comounted, below an outer cgroup", () => {
  using machine = makeV1Machine();
  const layout = cutRoot(discoverCgroups({ root: machine.root }), machine.root);
  assert.is(layout.version, 1);
  assert.is(layout.hybrid, false);
  if (layout.version !== 1) return;
  assert.equal(
    layout.hierarchies.map(({ controllers, ownDirectory }) => [controllers.join(), ownDirectory]),
    [
      ["memory", "/sys/fs/cgroup/memory/outer"],
      ["freezer", "/sys/fs/cgroup/freezer"],
      ["pids", "/sys/fs/cgroup/pids"],
      ["cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"],
    ],
  );
});

test("v1 hybrid: the v2 tree beside it has no controllers", () => {
  const layout = discover({
    mountinfo: [
      v1Mount("memory"),
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
    ],
    cgroup: ["4:memory:/", "0::/"],
    files: v2Files("/sys/fs/cgroup/unified", { controllers: "" }),
  });
  assert.is(layout.version, 1);
  assert.is(layout.hybrid, true);
});

test("v2 decides where it has the controllers and v1 only a few", () => {
  const layout = discover({
    mountinfo: [V2_MOUNT, v1Mount("freezer")],
    cgroup: ["4:freezer:/", "0::/"],
    files: v2Files("/sys/fs/cgroup"),
  });
  assert.is(layout.version, 2);
  assert.is(layout.hybrid, true);
});

test("subtracts the root of a bind mount", () => {
  const layout = discover({
    mountinfo: [v1Mount("memory", { root: "/docker/abc" })],
    cgroup: ["4:memory:/docker/abc/inner"],
  });
  assert.is(
    layout.version === 1 && layout.hierarchies[0]?.ownDirectory,
    "/sys/fs/cgroup/memory/inner",
  );
});

test("a cgroup namespace shows its own root", () => {
  const layout = discover({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/"],
    files: v2Files("/sys/fs/cgroup", { controllers: "memory pids", procs: "1\n" }),
  });
  assert.is(layout.version === 2 && layout.hierarchy.ownDirectory, "/sys/fs/cgroup");
});

test("leaves out a mount from outside of the cgroup namespace, whose names are unknown", () => {
  const layout = discover({
    mountinfo: [v1Mount("memory", { root: "/../.." }), v1Mount("pids")],
    cgroup: ["4:memory:/", "3:pids:/"],
  });
  assert.equal(layout.version === 1 && layout.hierarchies.flatMap((one) => one.controllers), [
    "pids",
  ]);
});

test("leaves out a mount of another subtree, even with a common prefix", () => {
  const layout = discover({
    mountinfo: [v1Mount("memory", { root: "/docker/ab" }), v1Mount("pids")],
    cgroup: ["4:memory:/docker/abc", "3:pids:/"],
  });
  assert.equal(layout.version === 1 && layout.hierarchies.flatMap((one) => one.controllers), [
    "pids",
  ]);
});

test("prefers a writable mount of the same hierarchy", () => {
  const layout = discover({
    mountinfo: [
      v1Mount("memory", { options: "ro,nosuid" }),
      "33 31 0:29 / /mnt/with\\040space rw - cgroup cgroup rw,memory",
    ],
    cgroup: ["4:memory:/"],
  });
  assert.is(layout.version === 1 && layout.hierarchies[0]?.mountPoint, "/mnt/with space");
});

test("no cgroups at all", async () => {
  await assertRejects(
    () => discover({ mountinfo: ["22 27 0:21 / /proc rw - proc proc rw"], cgroup: ["0::/"] }),
    "CGROUP_UNAVAILABLE",
    /mount -t cgroup2/,
  );
  await assertRejects(
    () => discoverCgroups({ root: "/nonexistent" }),
    "CGROUP_UNAVAILABLE",
    /proc/,
  );
});

test.run();
