import { mkdirSync, rmdirSync } from "node:fs";
import { writeControl } from "./control-file.js";
import { CgroupError, errnoOf, wrapErrno } from "./error.js";
import { type Controller, readSubtreeControl } from "./hierarchy.js";

/** Removes the cgroup around ours if nothing else is in it. */
export function removeEmptyGroup(group: string): void {
  try {
    rmdirSync(group);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "EBUSY" || errno === "ENOTEMPTY") return;
    throw wrapErrno(`remove cgroup ${group}`, error);
  }
}

/** Makes the cgroup around ours unless a sibling has made it. */
export function makeGroup(group: string): void {
  try {
    mkdirSync(group);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw wrapErrno(`create cgroup ${group}`, error);
  }
}

/** Hands controllers to the children of a v2 cgroup. Writes only what is missing: the write moves every child's state. */
export async function enableControllers(
  directory: string,
  controllers: readonly Controller[],
): Promise<void> {
  const enabled = readSubtreeControl(directory);
  const missing = controllers.filter((name) => !enabled.includes(name));
  if (missing.length === 0) return;
  const value = missing.map((name) => `+${name}`).join(" ");
  try {
    await writeControl(`${directory}/cgroup.subtree_control`, value);
  } catch (error) {
    const action = `enable the controllers ${missing.join(", ")} in cgroup ${directory}`;
    if (errnoOf(error) !== "EBUSY") throw wrapErrno(action, error);
    throw new CgroupError(`failed to ${action}: it holds processes`, {
      code: "CGROUP_BUSY",
      hint: "move them to a cgroup below it: one with processes of its own can have no limited children",
      cause: error,
    });
  }
}
