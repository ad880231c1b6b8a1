import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CgroupManager } from "../../src/index.js";
import { makeName, realTest, report } from "./kernel.js";

const test = suite("kernel: refusals");
const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** What a program would meet that creates a cgroup with a limit there: `create` and `describeCgroups` must agree. */
const PROGRAM = `
const { CgroupManager, describeCgroups } = await import(${JSON.stringify(built)});
const [problem] = describeCgroups().problems;
try {
  const manager = CgroupManager.open();
  const cgroup = await manager.create({ name: "refused-" + process.pid, resources: { memory: { limit: 2 ** 24 } } });
  await cgroup.remove();
  console.log("created", problem?.code ?? "no problem");
} catch (error) {
  console.log(error.code, problem?.code ?? "no problem");
}
`;

/** Prepares a mount namespace by shell commands and runs the program there. */
function runAfter(prepare: string, unshare: readonly string[] = []): string {
  const script = `set -e; ${prepare}; exec "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync(
    "unshare",
    ["--mount", ...unshare, "sh", "-c", script, process.execPath, PROGRAM],
    { encoding: "utf8" },
  );
  return stdout.trim() || stderr;
}

function listMountPoints(): string[] {
  const { layout } = CgroupManager.open();
  const hierarchies = layout.version === 2 ? [layout.hierarchy] : layout.hierarchies;
  return hierarchies.map((hierarchy) => hierarchy.mountPoint);
}

realTest(test, "read-only cgroups", async () => {
  const commands = listMountPoints().map((path) => `mount -o remount,bind,ro ${path}`);
  assert.is(runAfter(commands.join("; ")), "CGROUP_READ_ONLY CGROUP_READ_ONLY");
});

realTest(test, "no cgroups at all", async () => {
  assert.is(runAfter("umount -R -l /sys/fs/cgroup"), "CGROUP_UNAVAILABLE CGROUP_UNAVAILABLE");
});

realTest(
  test,
  "a cgroup namespace whose root holds processes, and the fix that the hint names",
  async () => {
    const { layout } = CgroupManager.open();
    if (layout.version !== 2) return;
    const mountPoint = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
    const outer = await CgroupManager.open().create({ name: makeName() });
    try {
      const directory = outer.location.version === 2 ? outer.location.directory : "";
      const enter = `echo 0 > ${directory}/cgroup.procs; exec unshare --cgroup sh -ec`;
      const mount = `mount -t cgroup2 none ${mountPoint}`;
      const run = 'exec "$0" --input-type=module -e "$1"';
      const leaf = `mkdir ${mountPoint}/init; echo 0 > ${mountPoint}/init/cgroup.procs`;
      const inside = (commands: string): string =>
        runAfter(`${enter} '${commands}; ${run}' "$0" "$1"`);
      assert.is(inside(mount), "CGROUP_NOT_DELEGATED CGROUP_NOT_DELEGATED");
      assert.is(inside(`${mount}; ${leaf}`), "created no problem");
    } finally {
      await outer[Symbol.asyncDispose]();
      rmdirSync(mountPoint);
    }
  },
  report.version === 2 ? undefined : "needs cgroup v2",
);

test.run();
