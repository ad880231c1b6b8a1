import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CgroupManager, openCgroup } from "../../src/index.js";
import { killFrozen } from "../../src/kill.js";
import { assertRejects } from "../assert-rejects.js";
import {
  assertGone,
  create,
  listDirectories,
  makeName,
  realTest,
  startIn,
  waitForExit,
} from "./kernel.js";

const test = suite("kernel: processes");

realTest(test, "join: a process and what it starts are in", async () => {
  await using cgroup = await create();
  assert.equal(cgroup.pids(), []);
  const child = await startIn(cgroup, "sleep 1000 & echo $!; wait");
  const [line] = await once(child.stdout ?? child, "data");
  assert.equal(cgroup.pids().sort(), [child.pid, Number(line)].sort());
  await assertRejects(() => cgroup.join(2 ** 22 - 1), "CGROUP_NO_PROCESS");
});

realTest(test, "freeze: nothing runs until thaw", async () => {
  await using cgroup = await create();
  const child = await startIn(cgroup, "echo on; while :; do :; done");
  await once(child.stdout ?? child, "data");
  await cgroup.freeze();
  const usage = async (): Promise<number> => (await cgroup.stats()).cpu.usageUs ?? 0;
  const before = await usage();
  await delay(30);
  assert.is(await usage(), before);
  await cgroup.thaw();
  while ((await usage()) === before) await delay(1);
});

realTest(
  test,
  "killAll: no fork escapes, not even from a program that forks without end",
  async () => {
    const cgroup = await create({ resources: { pids: { limit: 30 } } });
    const child = await startIn(
      cgroup,
      "exec 2>/dev/null; trap '' TERM; sleep 1000 & setsid sleep 1000 & echo on; while (sleep 1000 &); do :; done; wait",
    );
    await once(child.stdout ?? child, "data");
    await cgroup.killAll();
    assert.equal(cgroup.pids(), []);
    assert.is((await waitForExit(child)).signal, "SIGKILL");
    await cgroup.remove();
    assertGone(cgroup);
  },
);

realTest(test, "killFrozen: does without cgroup.kill, as before Linux 5.14", async () => {
  await using cgroup = await create({ resources: { pids: { limit: 30 } } });
  const child = await startIn(
    cgroup,
    "exec 2>/dev/null; echo on; while (sleep 1000 &); do :; done; wait",
  );
  await once(child.stdout ?? child, "data");
  const [directory = ""] = listDirectories(cgroup);
  await killFrozen(cgroup, directory, {});
  assert.equal(cgroup.pids(), []);
  assert.is((await waitForExit(child)).signal, "SIGKILL");
});

realTest(test, "killAll: also what is frozen", async () => {
  await using cgroup = await create();
  const child = await startIn(cgroup, "exec sleep 1000");
  await cgroup.freeze();
  await cgroup.killAll();
  assert.is((await waitForExit(child)).signal, "SIGKILL");
});

realTest(test, "killAll: another signal goes to each", async () => {
  await using cgroup = await create();
  const child = await startIn(cgroup, "exec sleep 1000");
  await cgroup.killAll("SIGTERM");
  assert.is((await waitForExit(child)).signal, "SIGTERM");
});

realTest(test, "remove: waits for the processes, with a bound and a signal", async () => {
  const cgroup = await create();
  const child = await startIn(cgroup, "exec sleep 1000");
  await assertRejects(() => cgroup.remove({ timeoutMs: 20 }), "CGROUP_TIMEOUT", /remove/);
  const signal = AbortSignal.abort(new Error("enough"));
  await cgroup.remove({ signal }).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
  const removed = cgroup.remove();
  child.kill("SIGKILL");
  await removed;
  assertGone(cgroup);
  await cgroup.remove();
  await cgroup.killAll();
});

realTest(test, "remove: with the cgroups that were made below", async () => {
  const cgroup = await create();
  const directories = listDirectories(cgroup);
  for (const directory of directories) mkdirSync(`${directory}/a/b`, { recursive: true });
  const child = spawn("sleep", ["1000"]);
  for (const directory of directories)
    writeFileSync(`${directory}/a/b/cgroup.procs`, String(child.pid));
  assert.equal(cgroup.pids(), [child.pid]);
  await cgroup.killAll();
  await cgroup.remove();
  assertGone(cgroup);
});

realTest(test, "another process can go on with it", async () => {
  const cgroup = await create({ resources: { pids: { limit: 5 } } });
  const again = openCgroup(JSON.parse(JSON.stringify(cgroup.location)));
  assert.equal(again.attachment, cgroup.attachment);
  assert.is((await again.stats()).pids?.limit, 5);
  await again.remove();
  assertGone(cgroup);
});

realTest(test, "many at once come and go without disturbing each other", async () => {
  const manager = CgroupManager.open();
  const live = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      const cgroup = await manager.create({ name: makeName(), resources: { pids: { limit: 5 } } });
      assert.is((await cgroup.stats()).pids?.limit, 5);
      await cgroup.remove();
      assertGone(cgroup);
    }
  };
  await Promise.all(Array.from({ length: 8 }, live));
});

realTest(test, "a name is taken once, and the first is unharmed", async () => {
  const manager = CgroupManager.open();
  const name = makeName();
  await using first = await manager.create({ name, resources: { pids: { limit: 5 } } });
  await assertRejects(() => manager.create({ name }), "CGROUP_EXISTS", new RegExp(name));
  assert.is((await first.stats()).pids?.limit, 5);
});

test.run();
