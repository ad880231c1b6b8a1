import { mkdirSync } from "node:fs";
import { readControl, writeControl } from "../control-file.js";
import { CgroupError, errnoOf, wrapErrno } from "../error.js";

/** Where the processes of a delegated cgroup go, as systemd's DelegateSubgroup= has it. */
const LEAF = "dockher-caller";

/** They may start others while they are moved. */
const ROUNDS = 100;

/**
 * Moves all processes of a cgroup into a leaf below it, because a cgroup that holds processes can have no limited children:
 * cgroups(7), "no internal processes".
 * @throws CgroupError `CGROUP_PERMISSION_DENIED`, `CGROUP_BUSY`
 */
export async function moveToLeaf(directory: string): Promise<void> {
  const leaf = `${directory}/${LEAF}`;
  try {
    mkdirSync(leaf);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw wrapErrno(`create cgroup ${leaf}`, error);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const pids = (readControl(directory, "cgroup.procs") ?? "").split("\n").filter(Boolean);
    if (pids.length === 0) return;
    for (const pid of pids) await moveProcess(pid, leaf);
  }
  throw new CgroupError(`failed to empty cgroup ${directory}: its processes start ever more`, {
    code: "CGROUP_BUSY",
  });
}

async function moveProcess(pid: string, leaf: string): Promise<void> {
  try {
    await writeControl(`${leaf}/cgroup.procs`, pid);
  } catch (error) {
    // It has ended.
    if (errnoOf(error) !== "ESRCH") throw wrapErrno(`move process ${pid} into ${leaf}`, error);
  }
}
