import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { watchStats } from "../../src/kept/container-stats.ts";
import { findContainer } from "../../src/kept/find-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listProcesses } from "../../src/kept/list-processes.ts";
import { killContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { updateContainer } from "../../src/kept/update-container.ts";
import { openContainerCgroup } from "../../src/lifecycle/container-cgroup.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, create, start, target } = describeKept("update, stats and top");
const MIB = 2 ** 20;

const readLimits = async (container: string) => {
  const { memory, pids } =
    (await openContainerCgroup(findContainer(target(container)).record)?.stats()) ?? {};
  return { memory: memory?.limit, pids: pids?.limit };
};

test("limits change at once, and hold after the next start", async () => {
  const id = await start("sleep 1000", { limits: { memory: 64 * MIB } });
  await updateContainer({
    ...target(id),
    limits: { memory: 128 * MIB, pids: 50, cpuQuota: 50_000, cpusetCpus: "0" },
  });
  assert.equal(await readLimits(id), { memory: 128 * MIB, pids: 50 });
  const [pid] = listProcesses(target(id));
  assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^Cpus_allowed_list:\t0$/m);
  await killContainer(target(id));
  await waitContainer(target(id));
  await updateContainer({ ...target(id), limits: { memory: 96 * MIB } });
  await startKeptContainer(target(id));
  assert.equal(await readLimits(id), { memory: 96 * MIB, pids: 50 });
});

test("what is refused changes nothing", async () => {
  const id = await start("sleep 1000", { limits: { memory: 64 * MIB } });
  const before = inspectContainer(target(id)).config;
  await rejects(updateContainer({ ...target(id), limits: { memory: 1 } }), "INVALID_LIMIT");
  await rejects(updateContainer({ ...target(id), limits: { memorySwap: MIB } }), "INVALID_LIMIT");
  await rejects(updateContainer({ ...target("nothing"), limits: {} }), "CONTAINER_NOT_FOUND");
  assert.equal(inspectContainer(target(id)).config, before);
  assert.equal((await readLimits(id)).memory, 64 * MIB);
});

test("a restart policy changes in one that runs", async () => {
  const id = await start("read go; exit 3", { openStdin: true, restart: { name: "always" } });
  await updateContainer({ ...target(id), restart: { name: "no" } });
  assert.equal(inspectContainer(target(id)).config.restart, { name: "no" });
  const ended = waitContainer(target(id));
  const [, shell] = listProcesses(target(id));
  process.kill(Number(shell), "SIGKILL");
  assert.is(await ended, 137);
  const { id: other } = await create("true", { autoRemove: true });
  const restart = { name: "always" } as const;
  await rejects(updateContainer({ ...target(other), restart }), "CONFLICTING_OPTIONS");
});

test("what one uses, by the kernel's counters, until it ends", async () => {
  const id = await start("while :; do :; done", { limits: { memory: 64 * MIB } });
  let samples = 0;
  for await (const stats of watchStats({ ...target(id), intervalMilliseconds: 100 })) {
    assert.is(stats.memoryLimit, 64 * MIB);
    assert.ok(stats.memoryUsage > 0);
    assert.is(stats.processes, listProcesses(target(id)).length);
    assert.equal(stats.network, { received: 0, sent: 0 });
    if (samples++ === 0) continue;
    assert.ok(stats.cpuPercent > 1, `${stats.cpuPercent} %`);
    await killContainer(target(id));
    await waitContainer(target(id));
  }
  assert.is(samples, 2);
  await rejects(watchStats(target(id)).next(), "CONTAINER_NOT_RUNNING");
  assert.throws(() => listProcesses(target(id)), /not running/);
  const aborted = watchStats({ ...target(id), signal: AbortSignal.abort(new Error("enough")) });
  assert.is(await aborted.next().catch((error: Error) => error.message), "enough");
});

test.run();
