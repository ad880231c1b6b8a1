import type { LinuxResources } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { validateResources } from "../../src/resources/validate.js";
import { assertRejects } from "../assert-rejects.js";

const test = suite("validate");

const BAD: readonly [property: string, resources: unknown][] = [
  ["resources", null],
  ["resources", []],
  ["hugepageLimits", { hugepageLimits: [] }],
  ["memory", { memory: 5 }],
  ["memory.limits", { memory: { limits: 5 } }],
  ...[0, -2, Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53, "5", null].map(
    (limit): [string, unknown] => ["memory.limit", { memory: { limit } }],
  ),
  ["memory.reservation", { memory: { reservation: 0 } }],
  ["memory.swap", { memory: { swap: 5 } }],
  ["memory.swap", { memory: { limit: -1, swap: 5 } }],
  ["memory.swap", { memory: { limit: 5, swap: 4 } }],
  ["memory.swappiness", { memory: { swappiness: 101 } }],
  ["memory.swappiness", { memory: { swappiness: -1 } }],
  ["memory.disableOOMKiller", { memory: { disableOOMKiller: 1 } }],
  ["memory.kernel", { memory: { kernel: 5 } }],
  ["cpu.shares", { cpu: { shares: 1 } }],
  ["cpu.shares", { cpu: { shares: 262_145 } }],
  ["cpu.quota", { cpu: { quota: 999 } }],
  ["cpu.quota", { cpu: { quota: 0 } }],
  ["cpu.period", { cpu: { period: 999 } }],
  ["cpu.period", { cpu: { period: 1_000_001 } }],
  ["cpu.idle", { cpu: { idle: 2 } }],
  ["cpu.idle", { cpu: { idle: 1, shares: 5 } }],
  ["cpu.cpus", { cpu: { cpus: "1-" } }],
  ["cpu.mems", { cpu: { mems: 0 } }],
  ["pids.limit", { pids: {} }],
  ["pids.limit", { pids: { limit: 5_000_000 } }],
  ["blockIO.weight", { blockIO: { weight: 9 } }],
  ["blockIO.weightDevice", { blockIO: { weightDevice: {} } }],
  [
    "blockIO.weightDevice[0].weight",
    { blockIO: { weightDevice: [{ major: 8, minor: 0, weight: 1001 }] } },
  ],
  ["blockIO.weightDevice[0].minor", { blockIO: { weightDevice: [{ major: 8, weight: 100 }] } }],
  ["blockIO.throttleReadBpsDevice", { blockIO: { throttleReadBpsDevice: {} } }],
  [
    "blockIO.throttleReadBpsDevice[0].rate",
    { blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 0 }] } },
  ],
  [
    "blockIO.throttleReadBpsDevice[0].major",
    { blockIO: { throttleReadBpsDevice: [{ minor: 0, rate: 1 }] } },
  ],
  ["devices[0].allow", { devices: [{}] }],
  ["devices[0].type", { devices: [{ allow: true, type: "x" }] }],
  ["devices[0].major", { devices: [{ allow: true, major: -2 }] }],
  ["devices[0].access", { devices: [{ allow: true, access: "rr" }] }],
  ["devices[0].access", { devices: [{ allow: true, access: "r\nw" }] }],
  ['unified["cgroup.procs"]', { unified: { "cgroup.procs": "1" } }],
  ['unified["../x.y"]', { unified: { "../x.y": "1" } }],
  ['unified["memory/x.max"]', { unified: { "memory/x.max": "1" } }],
  ['unified["memory.max"]', { unified: { "memory.max": "" } }],
  ['unified["memory.max"]', { unified: { "memory.max": 5 } }],
];

test("refuses each bad value and names the property", async () => {
  for (const [property, resources] of BAD) {
    const start = `failed to apply resources: ${property} is `;
    await assertRejects(
      () => validateResources(resources as LinuxResources),
      "INVALID_RESOURCES",
      new RegExp(`^${start.replace(/[[\]".]/g, "\\$&")}`),
    );
  }
});

test("takes what the OCI specification allows", () => {
  const good: LinuxResources = {
    memory: { limit: 1, reservation: -1, swap: -1, swappiness: 100, disableOOMKiller: true },
    cpu: { shares: 2, quota: -1, period: 1000, cpus: "0", mems: "0-1", idle: 0 },
    pids: { limit: -1 },
    blockIO: {
      weight: 10,
      weightDevice: [{ major: 8, minor: 0, weight: 1000 }],
      throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 1 }],
    },
    devices: [{ allow: false }, { allow: true, type: "c", major: 1, minor: -1, access: "rwm" }],
    unified: { "memory.high": "max", "hugetlb.2MB.max": "0" },
  };
  assert.is(validateResources(good), undefined);
});

test.run();
