import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CgroupManager, discoverCgroups } from "../../src/index.js";
import { assertRejects } from "../assert-rejects.js";
import { readOutput } from "../read-output.js";
import { listDirectories, makeName, realTest, report, startIn } from "./kernel.js";

const test = suite("kernel: parent");
const outer = `test-parent-${process.pid}`;
const resources = { memory: { limit: 64 * 2 ** 20 }, pids: { limit: 8 } };

for (const parent of [`/${outer}/inner`, `${outer}/inner`]) {
  const from = parent.startsWith("/") ? "the root" : "our own cgroup";
  realTest(
    test,
    `a parent from ${from} is made, and goes with the last that is in it`,
    async () => {
      const manager = CgroupManager.open({ parent });
      await using one = await manager.create({ name: makeName(), resources });
      const other = await manager.create({ name: makeName(), resources });
      const child = await startIn(one, "cat /proc/self/cgroup");
      assert.match(await readOutput(child), `/${outer}/inner/${one.name}\n`);
      assert.is((await one.stats()).pids?.limit, 8);
      const parents = listDirectories(one).map(dirname);
      await other.remove();
      for (const directory of parents) assert.ok(existsSync(directory), directory);
      await one.killAll();
      await one.remove();
      for (const directory of parents) assert.not(existsSync(dirname(directory)), directory);
    },
  );
}

realTest(test, "a parent that was there stays", async () => {
  const layout = discoverCgroups();
  const mountPoints =
    layout.version === 2
      ? [layout.hierarchy.mountPoint]
      : layout.hierarchies.map(({ mountPoint }) => mountPoint);
  const found = [...new Set(mountPoints)].map((mountPoint) => `${mountPoint}/${outer}`);
  for (const directory of found) mkdirSync(directory);
  try {
    const manager = CgroupManager.open({ parent: `/${outer}/inner` });
    // On v1 what was there has no processors yet.
    const controllers = report.controllers.filter((name) => name !== "devices");
    const cgroup = await manager.create({ name: makeName(), resources, controllers });
    assert.ok(listDirectories(cgroup).every((path) => found.some((own) => path.startsWith(own))));
    assert.is(await readOutput(await startIn(cgroup, "echo in")), "in\n");
    await cgroup.remove();
    for (const directory of found) assert.not(existsSync(`${directory}/inner`));
  } finally {
    for (const directory of found) rmdirSync(directory);
  }
});

realTest(
  test,
  "a parent with processes of its own is refused, and nothing is left",
  async () => {
    const holder = await CgroupManager.open().create({ name: makeName(), controllers: [] });
    const [directory = ""] = listDirectories(holder);
    await using _ = holder;
    await startIn(holder, "sleep 1000");
    const layout = discoverCgroups();
    assert.is(layout.version, 2);
    if (layout.version !== 2) return;
    const parent = directory.slice(layout.hierarchy.mountPoint.length);
    const manager = CgroupManager.open({ parent });
    const name = makeName();
    await assertRejects(() => manager.create({ name, resources }), "CGROUP_BUSY", /processes/);
    assert.not(existsSync(`${directory}/${name}`));
  },
  report.version === 2 ? undefined : "needs cgroup v2",
);

test.run();
