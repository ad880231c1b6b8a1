import type { LinuxResources } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ControlWrite, CurrentValues } from "../../src/resources/plan.js";
import { planV1 } from "../../src/resources/plan-v1.js";
import { planV2 } from "../../src/resources/plan-v2.js";

const test = suite("plan");

const lines = (writes: readonly ControlWrite[]): string[] =>
  writes.map(({ file, value }) => `${file} = ${value}`);
const v1 = (resources: LinuxResources, current?: CurrentValues): string[] =>
  lines(planV1(resources, current));
const v2 = (resources: LinuxResources, current?: CurrentValues): string[] =>
  lines(planV2(resources, current));

test("memory: swap is limited with it unless it says otherwise", () => {
  assert.equal(v2({ memory: { limit: 100 } }), ["memory.max = 100", "memory.swap.max = 0"]);
  assert.equal(v2({ memory: { limit: 100, swap: 150 } }), [
    "memory.max = 100",
    "memory.swap.max = 50",
  ]);
  assert.equal(v2({ memory: { limit: 100, swap: -1 } }), [
    "memory.max = 100",
    "memory.swap.max = max",
  ]);
  assert.equal(v2({ memory: { limit: -1 } }), ["memory.max = max", "memory.swap.max = max"]);
  assert.equal(v2({ memory: { reservation: 50 } }), ["memory.low = 50"]);
  assert.equal(v1({ memory: { limit: 100, reservation: 50 } }), [
    "memory.limit_in_bytes = 100",
    "memory.memsw.limit_in_bytes = 100",
    "memory.soft_limit_in_bytes = 50",
  ]);
});

test("memory on v1: memory never exceeds memory and swap between two writes", () => {
  const limitFirst = ["memory.limit_in_bytes = 100", "memory.memsw.limit_in_bytes = 100"];
  assert.equal(v1({ memory: { limit: 100 } }, { memorySwap: 200 }), limitFirst);
  assert.equal(v1({ memory: { limit: 100 } }, { memorySwap: 50 }), limitFirst.toReversed());
  assert.equal(v1({ memory: { limit: 100 } }, { memorySwap: null }), limitFirst);
  assert.equal(v1({ memory: { limit: -1 } }, { memorySwap: 50 }), [
    "memory.memsw.limit_in_bytes = -1",
    "memory.limit_in_bytes = -1",
  ]);
});

test("cpu: quota and period", () => {
  assert.equal(v2({ cpu: { quota: 50_000, period: 100_000 } }), ["cpu.max = 50000 100000"]);
  assert.equal(v2({ cpu: { quota: 50_000 } }), ["cpu.max = 50000"]);
  assert.equal(v2({ cpu: { quota: -1 } }), ["cpu.max = max"]);
  assert.equal(v2({ cpu: { period: 5000 } }), ["cpu.max = max 5000"]);
  assert.equal(v2({ cpu: { period: 5000 } }, { quota: "777" }), ["cpu.max = 777 5000"]);
  const periodFirst = ["cpu.cfs_period_us = 2000", "cpu.cfs_quota_us = 1000"];
  assert.equal(v1({ cpu: { quota: 1000, period: 2000 } }), periodFirst);
  assert.equal(v1({ cpu: { quota: 1000, period: 2000 } }, { period: 1000 }), periodFirst);
  assert.equal(
    v1({ cpu: { quota: 1000, period: 2000 } }, { period: 9000 }),
    periodFirst.toReversed(),
  );
});

test("cpu: shares, idle and processors", () => {
  const cpu = { shares: 1024, cpus: "0-1", mems: "0" };
  assert.equal(v2({ cpu }), ["cpu.weight = 100", "cpuset.cpus = 0-1", "cpuset.mems = 0"]);
  assert.equal(v1({ cpu }), ["cpu.shares = 1024", "cpuset.cpus = 0-1", "cpuset.mems = 0"]);
  assert.equal(v2({ cpu: { idle: 1 } }), ["cpu.idle = 1"]);
});

test("pids: zero and less lift the limit", () => {
  for (const plan of [v1, v2]) {
    assert.equal(plan({ pids: { limit: 5 } }), ["pids.max = 5"]);
    assert.equal(plan({ pids: { limit: 0 } }), ["pids.max = max"]);
    assert.equal(plan({ pids: { limit: -1 } }), ["pids.max = max"]);
  }
});

test("block I/O", () => {
  const blockIO = { weight: 1000, throttleReadBpsDevice: [{ major: 8, minor: 16, rate: 4096 }] };
  assert.equal(v2({ blockIO }), ["io.weight = 10000", "io.max = 8:16 rbps=4096"]);
  assert.equal(planV2({ blockIO })[0]?.otherwise, { file: "io.bfq.weight", value: "1000" });
  assert.equal(v1({ blockIO }), [
    "blkio.weight = 1000",
    "blkio.throttle.read_bps_device = 8:16 4096",
  ]);
});

test("block I/O: a weight for one disk", () => {
  const blockIO = { weightDevice: [{ major: 8, minor: 16, weight: 500 }] };
  assert.equal(v2({ blockIO }), ["io.weight = 8:16 4950"]);
  assert.equal(planV2({ blockIO })[0]?.otherwise, { file: "io.bfq.weight", value: "8:16 500" });
  assert.equal(v1({ blockIO }), ["blkio.weight_device = 8:16 500"]);
  assert.equal(planV1({ blockIO })[0]?.otherwise, {
    file: "blkio.bfq.weight_device",
    value: "8:16 500",
  });
});

test("memory on v1: swappiness, and no killer", () => {
  assert.equal(v1({ memory: { swappiness: 0, disableOOMKiller: true } }), [
    "memory.swappiness = 0",
    "memory.oom_control = 1",
  ]);
  assert.equal(v1({ memory: { disableOOMKiller: false } }), ["memory.oom_control = 0"]);
});

test("devices on v1 keep their order", () => {
  const devices = [
    { allow: false },
    { allow: true, type: "c" as const, major: 1, minor: 3, access: "rw" },
    { allow: true, type: "c" as const, major: 136 },
  ];
  assert.equal(v1({ devices }), [
    "devices.deny = a *:* rwm",
    "devices.allow = c 1:3 rw",
    "devices.allow = c 136:* rwm",
  ]);
});

test("unified: raw values come last and name their controller", () => {
  const writes = planV2({ unified: { "memory.high": "5" }, pids: { limit: 1 } });
  assert.equal(lines(writes), ["pids.max = 1", "memory.high = 5"]);
  assert.is(writes[1]?.controller, "memory");
});

test.run();
