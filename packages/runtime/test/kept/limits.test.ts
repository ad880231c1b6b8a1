import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { CgroupLocation } from "@dockher/cgroup";
import * as assert from "uvu/assert";
import { findContainer } from "../../src/kept/find-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { killContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { openContainerCgroup } from "../../src/lifecycle/container-cgroup.ts";
import { listHostDevices } from "../../src/spec/host-devices.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, create, start, target, directories, readLog } = describeKept("limits and words");
const MIB = 2 ** 20;
const parent = `test-jobs-${process.pid}`;

function locate(container: string): CgroupLocation {
  const location = openContainerCgroup(findContainer(target(container)).record)?.location;
  if (location === undefined) throw new Error("it has no cgroup");
  return location;
}

/** A control file of the container's, by its name on either version; undefined where there is none. */
function read(container: string, file: string): string | undefined {
  const location = locate(container);
  const all = location.version === 2 ? [location.directory] : Object.values(location.directories);
  const found = all.map((directory) => `${directory}/${file}`).find((path) => existsSync(path));
  return found === undefined ? undefined : readFileSync(found, "utf8").trim();
}

for (const cgroupParent of [`/${parent}/inner`, parent]) {
  test(`a cgroup in ${cgroupParent[0] === "/" ? "an absolute" : "a relative"} parent, for as long as there is one`, async () => {
    const options = { cgroupParent, limits: { memory: 64 * MIB } };
    const id = await start("sleep 1000", options);
    const other = await start("cat /proc/self/cgroup; sleep 1000", options);
    const location = locate(id);
    const all = location.version === 2 ? [location.directory] : Object.values(location.directories);
    for (const directory of all) {
      assert.ok(dirname(directory).endsWith(`/${cgroupParent.replace(/^\//, "")}`), directory);
      assert.is(basename(directory), id);
    }
    for (const container of [other, id]) {
      assert.ok(all.every((directory) => existsSync(dirname(directory))));
      await removeContainer({ ...target(container), force: true });
    }
    for (const directory of all) assert.not(existsSync(dirname(directory)), directory);
  });
}

test("a weight of block I/O, where the kernel has one", async () => {
  const { id } = await create("sleep 1000", { limits: { blkioWeight: 200 } });
  try {
    await startKeptContainer(target(id));
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    assert.match(code ?? "", /^CGROUP_(?:CONTROLLER_MISSING|LIMIT_UNSUPPORTED)$/);
    assert.match(message, "blockIO.weight");
    return console.log(`SKIP a weight of block I/O: ${message}`);
  }
  const shown = read(id, "io.weight") ?? read(id, "io.bfq.weight") ?? read(id, "blkio.bfq.weight");
  assert.match(shown ?? read(id, "blkio.weight") ?? "", /\b(?:200|1920)$/m);
});

test("rates of a disk, in the kernel's own files", async () => {
  const [disk] = listHostDevices().filter(({ path, type }) => {
    return type === "b" && /\/(?:loop|nvme|sd|ubd|vd)/.test(path);
  });
  if (disk === undefined) return console.log("SKIP rates of a disk: this machine has none");
  const { path } = disk;
  const limits = { deviceReadBps: [{ path, rate: MIB }], deviceWriteIops: [{ path, rate: 77 }] };
  const id = await start("sleep 1000", { limits });
  const device = `${disk.major}:${disk.minor}`;
  if (locate(id).version === 2) {
    assert.match(read(id, "io.max") ?? "", new RegExp(`^${device} rbps=1048576 .*wiops=77$`, "m"));
  } else {
    assert.is(read(id, "blkio.throttle.read_bps_device"), `${device} 1048576`);
    assert.is(read(id, "blkio.throttle.write_iops_device"), `${device} 77`);
  }
});

test("what only v1's memory controller has is refused by name on v2", async () => {
  const limits = { memory: 64 * MIB, memorySwappiness: 20, oomKillDisable: true };
  const { id } = await create("sleep 1000", { limits });
  const { id: other } = await create("true", { limits: { oomKillDisable: true } });
  const plain = await start("sleep 1000");
  if (locate(plain).version === 2) {
    await rejects(startKeptContainer(target(id)), "CGROUP_UNSUPPORTED");
    await rejects(startKeptContainer(target(other)), "CGROUP_UNSUPPORTED");
    return;
  }
  await startKeptContainer(target(id));
  assert.is(read(id, "memory.swappiness"), "20");
  assert.match(read(id, "memory.oom_control") ?? "", /^oom_kill_disable 1$/m);
});

test("without a killer, what has no memory left is ended all the same", async () => {
  const plain = await start("sleep 1000");
  if (locate(plain).version === 2) return console.log("SKIP without a killer: needs cgroup v1");
  const limits = { memory: 16 * MIB, oomKillDisable: true };
  const id = await start("all=0; while :; do all=$all$all; done", { limits });
  while (!/^under_oom 1$/m.test(read(id, "memory.oom_control") ?? "")) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await killContainer(target(id));
  assert.is(await waitContainer(target(id)), 137);
});

test("devices by their numbers", async () => {
  const script = "mknod /dev/log c 1 11; (: > /dev/log) 2>/dev/null && echo open || echo shut";
  const rule = { type: "c", major: 1, minor: 11, access: "w" } as const;
  const { id } = await create(script);
  const { id: allowed } = await create(script, { deviceRules: [rule] });
  for (const [container, said] of [
    [id, "shut\n"],
    [allowed, "open\n"],
  ] as const) {
    await startKeptContainer(target(container));
    assert.is(await readLog(container), said);
  }
});

test("ports and annotations are kept with it", async () => {
  const annotations = { "org.example.a": "b" };
  const exposedPorts = ["80/tcp", "53/udp", "80/tcp"];
  const { id } = await create("true", { annotations, exposedPorts });
  const { config } = inspectContainer(target(id));
  assert.equal(config.exposedPorts, ["80/tcp", "53/udp"]);
  assert.equal(config.options.annotations, annotations);
  const [listed] = listContainers({ all: true, directories: directories() });
  assert.equal(listed?.exposedPorts, ["80/tcp", "53/udp"]);
  for (const port of ["80", "0/tcp", "65536/tcp", "80/icmp", "080/tcp"]) {
    await rejects(create("true", { exposedPorts: [port] }), "INVALID_PORT");
  }
  await rejects(
    create("true", { exposedPorts: ["80/tcp"], network: { container: id } }),
    "CONFLICTING_OPTIONS",
  );
});

test("what cannot be meant is refused when it is created", async () => {
  await rejects(create("true", { cgroupParent: "../outside" }), "INVALID_CGROUP_PATH");
  await rejects(create("true", { limits: { blkioWeight: 5 } }), "INVALID_LIMIT");
  const deviceReadBps = [{ path: "/dev/nothing", rate: 1 }];
  await rejects(create("true", { limits: { deviceReadBps } }), "DEVICE_NOT_FOUND");
  await rejects(create("true", { deviceRules: [{ type: "c", access: "x" }] }), "INVALID_DEVICE");
  const { id } = await create("true", { cgroupParent: "jobs", cgroups: "disabled" });
  await rejects(startKeptContainer(target(id)), "CONFLICTING_OPTIONS");
});

test.run();
