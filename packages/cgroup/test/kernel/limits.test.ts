import { existsSync, readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CgroupManager } from "../../src/index.js";
import { waitUntil } from "../../src/wait.js";
import { assertRejects } from "../assert-rejects.js";
import { readOutput } from "../read-output.js";
import {
  assertGone,
  create,
  listDirectories,
  makeName,
  realTest,
  report,
  startIn,
  waitForExit,
} from "./kernel.js";

const test = suite("kernel: limits");
const MIB = 2 ** 20;
const onlyV1 = report.version === 1 ? undefined : "needs cgroup v1";
const onlyV2 = report.version === 2 ? undefined : "needs cgroup v2";
const needsCpuset = report.controllers.includes("cpuset")
  ? undefined
  : "the controller cpuset is missing";
const disk = readdirSync("/sys/block").find((name) => /^(?:vd|sd|nvme|ubd)/.test(name));
const needsDisk =
  disk === undefined
    ? "this machine has no disk"
    : report.controllers.includes("io") || report.controllers.includes("blkio")
      ? undefined
      : "the controller io is missing";

realTest(
  test,
  "memory: what grows beyond the limit is killed, and the kernel counts it",
  async () => {
    await using cgroup = await create({ resources: { memory: { limit: 20 * MIB } } });
    assert.is(cgroup.readOomKills(), 0);
    const child = await startIn(cgroup, "exec tail /dev/zero");
    assert.equal(await waitForExit(child), { exitCode: null, signal: "SIGKILL" });
    assert.is(cgroup.readOomKills(), 1);
    const { memory } = await cgroup.stats();
    assert.is(memory?.oomKills, 1);
    assert.is(memory?.limit, 20 * MIB);
    assert.is((memory?.maxEvents ?? 0) > 0, cgroup.version === 2);
    assert.ok((memory?.peak ?? 0) > 10 * MIB && (memory?.peak ?? 0) <= 20 * MIB, `${memory?.peak}`);
    const { oomKills, peakMemory, cpu } = cgroup.readTotals();
    assert.is(oomKills, 1);
    assert.is(peakMemory, memory?.peak);
    assert.ok((cpu.usageUs ?? 0) > 0);
  },
);

realTest(test, "memory: a kill by another hand is not taken for one by the kernel", async () => {
  await using cgroup = await create({ resources: { memory: { limit: 20 * MIB } } });
  const child = await startIn(cgroup, "kill -KILL $$");
  assert.is((await waitForExit(child)).signal, "SIGKILL");
  assert.is(cgroup.readOomKills(), 0);
});

realTest(
  test,
  "memory: each kill is an event",
  async () => {
    const cgroup = await create({ resources: { memory: { limit: 20 * MIB } } });
    const events = cgroup.watchOomKills()[Symbol.asyncIterator]();
    for (const kills of [1, 2]) {
      const next = events.next();
      await waitForExit(await startIn(cgroup, "exec tail /dev/zero"));
      assert.equal(await next, { done: false, value: kills });
    }
    const last = events.next();
    await cgroup.remove();
    assert.equal(await last, { done: true, value: undefined });
  },
  onlyV2,
);

realTest(
  test,
  "memory: the events end when the signal aborts",
  async () => {
    await using cgroup = await create({ resources: { memory: { limit: 20 * MIB } } });
    const controller = new AbortController();
    const events = cgroup.watchOomKills({ signal: controller.signal })[Symbol.asyncIterator]();
    const next = events.next();
    controller.abort();
    assert.is((await next).done, true);
  },
  onlyV2,
);

realTest(
  test,
  "memory: oomGroup ends the whole tree",
  async () => {
    await using cgroup = await create({
      resources: { memory: { limit: 20 * MIB } },
      oomGroup: true,
    });
    const child = await startIn(cgroup, "tail /dev/zero; echo survived");
    assert.is(await readOutput(child), "");
    assert.is((await waitForExit(child)).signal, "SIGKILL");
  },
  onlyV2,
);

realTest(
  test,
  "memory: v1 has no event",
  async () => {
    await using cgroup = await create();
    await assertRejects(
      () => cgroup.watchOomKills()[Symbol.asyncIterator]().next(),
      "CGROUP_UNSUPPORTED",
      /readOomKills/,
    );
  },
  onlyV1,
);

realTest(
  test,
  "memory: the limit moves up and down, in whatever order the kernel asks for",
  async () => {
    await using cgroup = await create({ resources: { memory: { limit: 64 * MIB } } });
    for (const limit of [128 * MIB, 32 * MIB, -1, 16 * MIB]) {
      await cgroup.update({ memory: { limit } });
      assert.is((await cgroup.stats()).memory?.limit, limit === -1 ? null : limit);
    }
  },
);

realTest(
  test,
  "memory: v1 knows swappiness, and holds what has no killer until it is ended",
  async () => {
    const memory = { limit: 20 * MIB, swappiness: 30, disableOOMKiller: true };
    const cgroup = await create({ resources: { memory } });
    const [directory = ""] = listDirectories(cgroup).filter((path) =>
      existsSync(`${path}/memory.swappiness`),
    );
    const read = (file: string): string => readFileSync(`${directory}/${file}`, "utf8");
    assert.is(read("memory.swappiness"), "30\n");
    assert.match(read("memory.oom_control"), /^oom_kill_disable 1$/m);
    await startIn(cgroup, "exec tail /dev/zero");
    await waitUntil({
      action: "run out of memory",
      reached: () => /^under_oom 1$/m.test(read("memory.oom_control")),
      timeoutMs: 60_000,
    });
    assert.is(cgroup.readOomKills(), 0);
    await cgroup.killAll();
    await cgroup.remove();
    assertGone(cgroup);
  },
  onlyV1,
);

realTest(
  test,
  "memory: an update that is refused leaves the killer as it was",
  async () => {
    const memory = { limit: 20 * MIB, disableOOMKiller: true };
    const controllers = ["blkio"] as const;
    const cgroup = await create({ resources: { memory }, controllers });
    await assertRejects(
      () =>
        cgroup.update({
          memory: { disableOOMKiller: false },
          blockIO: { throttleReadBpsDevice: [{ major: 4095, minor: 0, rate: 1 }] },
        }),
      "CGROUP_VALUE_REFUSED",
    );
    const [directory = ""] = listDirectories(cgroup).filter((path) =>
      existsSync(`${path}/memory.oom_control`),
    );
    assert.match(readFileSync(`${directory}/memory.oom_control`, "utf8"), /^oom_kill_disable 1$/m);
    await cgroup.remove();
    assertGone(cgroup);
  },
  onlyV1 ?? needsDisk,
);

realTest(test, "cpu: what uses more than its quota is throttled", async () => {
  await using cgroup = await create({ resources: { cpu: { quota: 5000, period: 50_000 } } });
  await startIn(cgroup, "while :; do :; done");
  let throttled = 0;
  await waitUntil({
    action: "see throttling",
    reached: () => {
      void cgroup.stats().then(({ cpu }) => {
        throttled = cpu.throttledPeriods ?? 0;
      });
      return throttled > 2;
    },
    timeoutMs: 60_000,
  });
  const { cpu } = await cgroup.stats();
  assert.ok((cpu.throttledUs ?? 0) > 0);
  assert.ok((cpu.usageUs ?? 0) > 0);
});

realTest(test, "cpu: quota and period change one by one", async () => {
  await using cgroup = await create({ resources: { cpu: { quota: 50_000, period: 100_000 } } });
  await cgroup.update({ cpu: { period: 200_000 } });
  await cgroup.update({ cpu: { quota: 20_000 } });
  await cgroup.update({ cpu: { quota: 5000, period: 10_000 } });
  await cgroup.update({ cpu: { shares: 512 } });
  const { location } = cgroup;
  const directory = location.version === 2 ? location.directory : location.directories.cpu;
  const read = (file: string): string => readFileSync(`${directory}/${file}`, "utf8").trim();
  if (cgroup.version === 2) {
    assert.equal([read("cpu.max"), read("cpu.weight")], ["5000 10000", "59"]);
  } else {
    assert.equal(["cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.shares"].map(read), [
      "5000",
      "10000",
      "512",
    ]);
  }
});

realTest(test, "pids: no more than the limit", async () => {
  await using cgroup = await create({ resources: { pids: { limit: 3 } } });
  const child = await startIn(
    cgroup,
    "exec 2>/dev/null; for i in 1 2 3 4 5; do sleep 1000 >/dev/null & done; echo all",
  );
  assert.is(await readOutput(child), "");
  assert.ok(cgroup.pids().length <= 3);
  assert.is((await cgroup.stats()).pids?.limit, 3);
});

realTest(
  test,
  "cpuset: the processors that are named",
  async () => {
    await using cgroup = await create({ resources: { cpu: { cpus: "0" } } });
    const child = await startIn(cgroup, "grep Cpus_allowed_list /proc/self/status");
    assert.match(await readOutput(child), /\t0\n/);
  },
  needsCpuset,
);

realTest(
  test,
  "cpuset: a processor that is not there is refused",
  async () => {
    const name = makeName();
    const manager = CgroupManager.open();
    const resources = { cpu: { cpus: "0,4095" } };
    await assertRejects(() => manager.create({ name, resources }), "CGROUP_VALUE_REFUSED", /4095/);
    // The name is free, so nothing is left.
    const cgroup = await manager.create({ name });
    await cgroup.remove();
  },
  needsCpuset,
);

realTest(
  test,
  "devices: only those that are allowed",
  async () => {
    const devices = [
      { allow: false },
      { allow: true, type: "c" as const, major: 1, minor: 3, access: "rw" },
    ];
    await using cgroup = await create({ resources: { devices } });
    const child = await startIn(
      cgroup,
      "exec 2>/dev/null; (: </dev/null) && echo null; (: </dev/zero) && echo zero",
    );
    assert.is(await readOutput(child), "null\n");
  },
  onlyV1,
);

realTest(
  test,
  "block I/O: a rate for a disk",
  async () => {
    const [major = 0, minor = 0] = readFileSync(`/sys/block/${disk}/dev`, "utf8")
      .split(":")
      .map(Number);
    const throttleReadBpsDevice = [{ major, minor, rate: MIB }];
    await using cgroup = await create({ resources: { blockIO: { throttleReadBpsDevice } } });
    const file =
      cgroup.location.version === 2
        ? `${cgroup.location.directory}/io.max`
        : `${cgroup.location.directories.blkio}/blkio.throttle.read_bps_device`;
    assert.match(readFileSync(file, "utf8"), new RegExp(`^${major}:${minor} .*1048576`));
  },
  needsDisk,
);

realTest(
  test,
  "block I/O: a weight for a disk whose scheduler has none is refused",
  async () => {
    const [major = 0, minor = 0] = readFileSync(`/sys/block/${disk}/dev`, "utf8")
      .split(":")
      .map(Number);
    const blockIO = { weightDevice: [{ major, minor, weight: 200 }] };
    const scheduler = readFileSync(`/sys/block/${disk}/queue/scheduler`, "utf8");
    if (report.version === 2 || scheduler.includes("[bfq]")) {
      console.log("SKIP that a weight for one disk is refused: it may be weighed here");
      return;
    }
    await assertRejects(
      () => create({ resources: { blockIO } }),
      "CGROUP_LIMIT_UNSUPPORTED",
      /blockIO\.weightDevice/,
    );
  },
  needsDisk,
);

realTest(
  test,
  "block I/O: a disk that is not there is refused",
  async () => {
    const throttleReadBpsDevice = [{ major: 4095, minor: 0, rate: MIB }];
    await assertRejects(
      () => create({ resources: { blockIO: { throttleReadBpsDevice } } }),
      "CGROUP_VALUE_REFUSED",
      /throttleReadBpsDevice/,
    );
  },
  needsDisk,
);

realTest(
  test,
  "unified: raw files, and one that the kernel lacks is refused",
  async () => {
    await using cgroup = await create({ resources: { unified: { "memory.high": String(MIB) } } });
    assert.is(readFileSync(`${listDirectories(cgroup)[0]}/memory.high`, "utf8"), `${MIB}\n`);
    await assertRejects(
      () => create({ resources: { unified: { "memory.nonsense": "1" } } }),
      "CGROUP_LIMIT_UNSUPPORTED",
      /memory\.nonsense/,
    );
  },
  onlyV2,
);

realTest(test, "an update that cannot be is refused with nothing changed", async () => {
  const cgroup = await create({ resources: { memory: { limit: 32 * MIB } }, controllers: [] });
  const resources = { memory: { limit: MIB }, pids: { limit: 5 } };
  await assertRejects(() => cgroup.update(resources), "CGROUP_CONTROLLER_MISSING", /"pids"/);
  await assertRejects(() => cgroup.update({ memory: { limit: 0 } }), "INVALID_RESOURCES");
  assert.is((await cgroup.stats()).memory?.limit, 32 * MIB);
  await cgroup.remove();
  assertGone(cgroup);
});

realTest(
  test,
  "an update that the kernel refuses in the middle takes back what it did",
  async () => {
    const limits = { memory: { limit: 32 * MIB }, pids: { limit: 20 }, cpu: { quota: 50_000 } };
    const cgroup = await create({ resources: limits });
    const nonsense = { "memory.high": "nonsense" };
    await assertRejects(
      () =>
        cgroup.update({
          memory: { limit: 64 * MIB },
          pids: { limit: 5 },
          cpu: { quota: 9000, shares: 7 },
          unified: nonsense,
        }),
      "CGROUP_VALUE_REFUSED",
      /memory\.high/,
    );
    const { memory, pids } = await cgroup.stats();
    assert.equal([memory?.limit, pids?.limit], [32 * MIB, 20]);
    const [directory = ""] = listDirectories(cgroup);
    assert.is(readFileSync(`${directory}/cpu.max`, "utf8"), "50000 100000\n");
    assert.is(readFileSync(`${directory}/cpu.weight`, "utf8"), "100\n");
    await cgroup.remove();
    assertGone(cgroup);
  },
  onlyV2,
);

realTest(
  test,
  "memory that is in use is not limited below it, and the other limits stay",
  async () => {
    await using cgroup = await create({
      resources: { memory: { limit: 64 * MIB }, pids: { limit: 20 } },
    });
    // Whoever holds it all waits for a reader that does not read.
    await startIn(cgroup, "head -c 30000000 /dev/zero | tail -c 30000000 | sleep 1000");
    await waitUntil({
      action: "use memory",
      reached: () => (cgroup.readTotals().peakMemory ?? 0) > 25 * MIB,
    });
    await assertRejects(
      () => cgroup.update({ memory: { limit: 8 * MIB }, pids: { limit: 5 } }),
      "CGROUP_BUSY",
    );
    const { memory, pids } = await cgroup.stats();
    assert.equal([memory?.limit, pids?.limit], [64 * MIB, 20]);
  },
  onlyV1,
);

test.run();
