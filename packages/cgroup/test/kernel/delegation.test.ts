import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { create, realTest, report } from "./kernel.js";

const test = suite("kernel: delegation");
const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const NOBODY = 65534;

const PROGRAM = `
const { spawnInCgroup } = await import(${JSON.stringify(built)});
try {
  const limits = { memory: 2 ** 24, pids: 20 };
  const { verdict } = await spawnInCgroup("tail", ["/dev/zero"], { limits });
  const { oomKilled, signal } = await verdict;
  console.log(String(oomKilled), signal);
} catch (error) {
  console.log(error.code);
}
`;

/** Runs the program as a user without rights, in a cgroup. */
function runAsNobody(directory: string): string {
  const drop = `setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups`;
  const script = `echo 0 > ${directory}/cgroup.procs; exec ${drop} "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync("sh", ["-ec", script, process.execPath, PROGRAM], {
    encoding: "utf8",
  });
  return stdout.trim() || stderr;
}

realTest(
  test,
  "a user without rights has limits where the sub-tree is delegated, and is refused elsewhere",
  async () => {
    await using outer = await create();
    if (outer.location.version !== 2) return;
    const { directory } = outer.location;
    const leaf = `${directory}/leaf`;
    mkdirSync(leaf);
    assert.is(runAsNobody(leaf), "CGROUP_NOT_DELEGATED");
    for (const path of [
      directory,
      `${directory}/cgroup.procs`,
      `${directory}/cgroup.subtree_control`,
    ]) {
      chownSync(path, NOBODY, NOBODY);
    }
    assert.is(runAsNobody(leaf), "true SIGKILL");
    assert.not(readdirSync(directory).includes("dockher"));
  },
  report.version === 2 ? undefined : "needs cgroup v2",
);

test.run();
