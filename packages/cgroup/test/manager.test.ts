import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { LinuxResources } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CgroupError, CgroupManager, openCgroup } from "../src/index.js";
import { assertRejects } from "./assert-rejects.js";
import {
  type Machine,
  makeMachine,
  makeV1Machine,
  makeV2Machine,
  V2_MOUNT,
  v2Files,
} from "./machine.js";

const test = suite("manager");

/** Asserts that the creation fails and that the tree is as before. */
async function assertRefused(
  machine: Machine,
  options: { name?: string; resources?: LinuxResources; parent?: string },
  code: string,
  pattern?: RegExp,
): Promise<void> {
  const { name = "box", resources = {}, parent } = options;
  const before = machine.list("/sys");
  await assertRejects(
    () =>
      CgroupManager.open({
        root: machine.root,
        ...(parent === undefined ? {} : { parent }),
      }).create({
        name,
        resources,
      }),
    code,
    pattern,
  );
  assert.equal(machine.list("/sys"), before);
}

for (const [version, make, place] of [
  ["v1", makeV1Machine, {}],
  ["v2", makeV2Machine, { parent: "/system.slice" }],
] as const) {
  test(`${version}: says where the cgroup will lie before it makes anything, and only where it will`, async () => {
    using machine = make();
    const before = machine.list("/sys");
    const manager = CgroupManager.open({ root: machine.root, ...place });
    let announced: unknown;
    const cgroup = await manager.create({
      name: "box",
      announce: (location) => {
        announced = location;
        assert.equal(machine.list("/sys"), before);
      },
    });
    assert.equal(announced, cgroup.location);
    await assertRejects(
      () => manager.create({ name: "a/b", announce: () => assert.unreachable("it is refused") }),
      "INVALID_CGROUP_NAME",
    );
    await assertRejects(
      () =>
        manager.create({
          name: "other",
          announce: () => {
            throw new CgroupError("failed to note it", { code: "NOT_NOTED" });
          },
        }),
      "NOT_NOTED",
    );
    assert.not.ok(machine.list("/sys").some((path) => path.includes("other")));
  });
}

test("v1: joins what is limited or counted, below our own cgroup, comounted ones once", async () => {
  using machine = makeV1Machine();
  const manager = CgroupManager.open({ root: machine.root });
  const cgroup = await manager.create({ name: "box" });
  const at = `${machine.root}/sys/fs/cgroup`;
  assert.equal(cgroup.location, {
    version: 1,
    name: "box",
    directories: {
      memory: `${at}/memory/outer/dockher-box`,
      freezer: `${at}/freezer/dockher-box`,
      pids: `${at}/pids/dockher-box`,
      cpu: `${at}/cpu,cpuacct/dockher-box`,
      cpuacct: `${at}/cpu,cpuacct/dockher-box`,
    },
  });
  assert.equal(cgroup.attachment, {
    version: 1,
    procsFiles: [
      `${at}/memory/outer/dockher-box/cgroup.procs`,
      `${at}/freezer/dockher-box/cgroup.procs`,
      `${at}/pids/dockher-box/cgroup.procs`,
      `${at}/cpu,cpuacct/dockher-box/cgroup.procs`,
    ],
  });
  await assertRejects(() => manager.create({ name: "box" }), "CGROUP_EXISTS", /dockher-box/);
  await openCgroup(JSON.parse(JSON.stringify(cgroup.location))).remove();
  assert.not(machine.list("/sys").some((path) => path.includes("dockher")));
  await cgroup.remove();
});

test("v1: joins only what is asked for", async () => {
  using machine = makeV1Machine();
  const cgroup = await CgroupManager.open({ root: machine.root }).create({
    name: "box",
    controllers: ["pids"],
  });
  assert.equal(cgroup.controllers, ["pids"]);
  await assertRejects(() => cgroup.freeze(), "CGROUP_CONTROLLER_MISSING", /freezer/);
});

test("v2: below the parent that the caller names", async () => {
  using machine = makeV2Machine();
  const cgroup = await CgroupManager.open({ root: machine.root, parent: "/system.slice" }).create({
    name: "box",
  });
  const directory = `${machine.root}/sys/fs/cgroup/system.slice/box`;
  assert.equal(cgroup.attachment, { version: 2, directory });
  assert.equal(cgroup.controllers, ["memory", "pids"]);
  await cgroup.remove();
  assert.not(machine.list("/sys").some((path) => path.endsWith("box")));
});

test("v1: below a parent, from the mount points or from our own cgroups, that goes with the last in it", async () => {
  for (const [parent, memory] of [
    ["/jobs/batch", "jobs"],
    ["jobs/batch", "outer/jobs"],
  ] as const) {
    using machine = makeV1Machine();
    const before = machine.list("/sys");
    const manager = CgroupManager.open({ root: machine.root, parent });
    const one = await manager.create({ name: "one" });
    const other = await manager.create({ name: "other" });
    const listed = machine.list("/sys/fs/cgroup");
    assert.ok(listed.includes(`memory/${memory}/batch/one`), listed.join(" "));
    assert.ok(listed.includes("pids/jobs/batch/other"));
    await one.remove();
    assert.ok(machine.list("/sys/fs/cgroup").includes(`memory/${memory}/batch/other`));
    await openCgroup(JSON.parse(JSON.stringify(other.location))).remove();
    assert.equal(machine.list("/sys"), before);
  }
});

test("v1: a parent that was there stays", async () => {
  using machine = makeV1Machine();
  mkdirSync(`${machine.root}/sys/fs/cgroup/pids/jobs`);
  const before = machine.list("/sys");
  const manager = CgroupManager.open({ root: machine.root, parent: "/jobs/batch" });
  await (await manager.create({ name: "box" })).remove();
  assert.equal(machine.list("/sys"), before);
});

test("a parent that was made is taken back with what failed in it", async () => {
  using machine = makeV1Machine();
  await assertRefused(
    machine,
    { resources: { pids: { limit: 5 } }, parent: "/jobs/batch" },
    "CGROUP_LIMIT_UNSUPPORTED",
    /pids\.max/,
  );
  using other = makeV2Machine();
  await assertRefused(other, { parent: "/jobs/batch" }, "CGROUP_UNAVAILABLE", /enable/);
  for (const parent of ["/cgroup.procs", "/cgroup.procs/batch"]) {
    await assertRefused(other, { parent }, "CGROUP_UNAVAILABLE");
  }
  using third = makeV1Machine();
  for (const parent of ["cgroup.procs", "cgroup.procs/batch"]) {
    await assertRefused(third, { parent }, "CGROUP_UNAVAILABLE", /a control file/);
  }
});

test("v2: a relative parent lies where cgroups go without it", async () => {
  using machine = makeV2Machine();
  const directory = `${machine.root}/sys/fs/cgroup/system.slice/jobs`;
  for (const [path, content] of Object.entries(v2Files("", { controllers: "memory pids" }))) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(directory + path, content);
  }
  const manager = CgroupManager.open({ root: machine.root, parent: "jobs" });
  const cgroup = await manager.create({ name: "box" });
  assert.equal(cgroup.attachment, { version: 2, directory: `${directory}/box` });
  assert.is(readFileSync(`${directory}/cgroup.subtree_control`, "utf8"), "+memory +pids");
  await cgroup.remove();
  assert.ok(machine.list("/sys/fs/cgroup/system.slice").includes("jobs"));
});

test("a failed creation takes back what it made", async () => {
  // A directory of a plain file system has no control files, so the first write fails.
  {
    using machine = makeV1Machine();
    await assertRefused(
      machine,
      { resources: { pids: { limit: 5 } } },
      "CGROUP_LIMIT_UNSUPPORTED",
      /pids\.max/,
    );
  }
  using machine = makeV2Machine();
  const resources = { memory: { limit: 4096 } };
  await assertRefused(
    machine,
    { resources, parent: "/system.slice" },
    "CGROUP_LIMIT_UNSUPPORTED",
    /memory\.max/,
  );
  await assertRefused(
    machine,
    { resources },
    "CGROUP_UNAVAILABLE",
    /enable the controllers memory/,
  );
});

test("a failed creation takes back all hierarchies when the name exists in one", async () => {
  using machine = makeV1Machine();
  writeFileSync(`${machine.root}/sys/fs/cgroup/cpu,cpuacct/dockher-box`, "");
  await assertRefused(machine, {}, "CGROUP_EXISTS");
});

test("a missing controller is refused by name", async () => {
  {
    using machine = makeV1Machine();
    await assertRefused(
      machine,
      { resources: { cpu: { cpus: "0" } } },
      "CGROUP_CONTROLLER_MISSING",
      /cpu\.cpus.*"cpuset"/,
    );
    await assertRefused(
      machine,
      { resources: { blockIO: { weight: 10 } } },
      "CGROUP_CONTROLLER_MISSING",
      /"blkio"/,
    );
  }
  using machine = makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/"],
    files: v2Files("/sys/fs/cgroup", { controllers: "memory", type: false }),
  });
  await assertRefused(
    machine,
    { resources: { pids: { limit: 5 } } },
    "CGROUP_CONTROLLER_MISSING",
    /"pids"/,
  );
});

test("read-only cgroups are refused", async () => {
  {
    using machine = makeV1Machine("ro,relatime");
    await assertRefused(machine, {}, "CGROUP_READ_ONLY", /writable/);
  }
  using machine = makeMachine({
    mountinfo: [V2_MOUNT.replace("rw,relatime", "ro,relatime")],
    cgroup: ["0::/"],
    files: v2Files("/sys/fs/cgroup", { type: false }),
  });
  await assertRefused(machine, {}, "CGROUP_READ_ONLY", /remount,rw/);
});

test("what only the other version has is refused", async () => {
  {
    using machine = makeV1Machine();
    await assertRefused(
      machine,
      { resources: { unified: { "memory.high": "1" } } },
      "CGROUP_UNSUPPORTED",
      /v2/,
    );
    const manager = CgroupManager.open({ root: machine.root });
    await assertRejects(
      () => manager.create({ name: "box", oomGroup: true }),
      "CGROUP_UNSUPPORTED",
      /v2/,
    );
  }
  using machine = makeV2Machine();
  await assertRefused(
    machine,
    { resources: { devices: [{ allow: false }] } },
    "CGROUP_DEVICES_UNSUPPORTED",
  );
  for (const memory of [{ swappiness: 10 }, { disableOOMKiller: true }]) {
    const [property = ""] = Object.keys(memory);
    await assertRefused(
      machine,
      { resources: { memory } },
      "CGROUP_UNSUPPORTED",
      new RegExp(property),
    );
  }
});

test("names that could leave the place are refused", async () => {
  using machine = makeV2Machine();
  for (const name of [
    "",
    "..",
    ".",
    "a/b",
    "../a",
    "-a",
    ".a",
    "a b",
    "a\n",
    "a\0",
    "ä",
    "a".repeat(129),
  ]) {
    await assertRefused(machine, { name }, "INVALID_CGROUP_NAME", /letters/);
  }
  for (const parent of [
    "",
    "..",
    "a/..",
    "../a",
    "/..",
    "/a/../b",
    "/a//b",
    "/./a",
    "/a/",
    "a\n",
  ]) {
    await assertRefused(machine, { parent }, "INVALID_CGROUP_PATH", /without dots/);
  }
});

test("bad resources are refused before anything is made", async () => {
  using machine = makeV1Machine();
  await assertRefused(
    machine,
    { resources: { memory: { limit: Number.NaN } } },
    "INVALID_RESOURCES",
    /memory\.limit is NaN/,
  );
});

test.run();
