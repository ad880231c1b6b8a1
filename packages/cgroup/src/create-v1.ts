import { CgroupV1 } from "./cgroup-v1.js";
import { readControl, writeControlSync } from "./control-file.js";
import { listControllers, requireControllers } from "./controller-missing.js";
import type { CreateOptions } from "./create.js";
import { makeCgroup, removeTree } from "./directory.js";
import { CgroupError, wrapErrno } from "./error.js";
import type { CgroupLayout, Controller } from "./hierarchy.js";
import { checkPlaceV1 } from "./place-v1.js";
import { applyWrites } from "./resources/apply.js";
import { checkCpuset } from "./resources/cpuset.js";
import { planV1 } from "./resources/plan-v1.js";
import { refuseUnified } from "./resources/validate.js";
import { undo } from "./undo.js";

/**
 * Joined without a limit as well, where they are mounted: memory for peak and verdict, pids to count and to find the
 * processes, cpuacct for the time of the whole tree, freezer so that no fork escapes the kill.
 */
const COUNTED: readonly Controller[] = ["memory", "pids", "cpuacct", "freezer"];

/** Makes one directory in each hierarchy that a limit or a count needs, and in no other. */
export async function createV1(
  layout: CgroupLayout & { version: 1 },
  {
    name,
    resources = {},
    controllers,
    oomGroup = false,
    announce,
    parent,
  }: CreateOptions & { parent?: string },
): Promise<CgroupV1> {
  refuseUnified(resources);
  if (oomGroup) {
    throw new CgroupError("failed to kill as a group when memory runs out: it needs cgroup v2", {
      code: "CGROUP_UNSUPPORTED",
      hint: "kill the rest with killAll() when readOomKills() is above 0",
    });
  }
  const available = layout.hierarchies.flatMap((hierarchy) => hierarchy.controllers);
  const writes = planV1(resources);
  requireControllers(
    writes,
    available,
    "mount it on cgroup v1, for example: mount -t cgroup -o NAME none /sys/fs/cgroup/NAME; /proc/cgroups lists what the kernel has",
  );
  const joined = new Set([...(controllers ?? COUNTED), ...listControllers(writes)]);
  const chosen = layout.hierarchies.filter((hierarchy) =>
    hierarchy.controllers.some((controller) => joined.has(controller)),
  );
  checkPlaceV1(chosen, parent);

  const directories: Partial<Record<Controller, string>> = {};
  const places = chosen.map(({ controllers, mountPoint, ownDirectory }) => {
    const base = parent === undefined ? ownDirectory : mountPoint + parent;
    const directory = parent === undefined ? `${base}/dockher-${name}` : `${base}/${name}`;
    for (const controller of controllers) directories[controller] = directory;
    return { base, directory, isCpuset: controllers.includes("cpuset") };
  });
  for (const { base, isCpuset } of places) {
    if (isCpuset && resources.cpu) checkCpuset(resources.cpu, { version: 1, directory: base });
  }
  const location = { version: 1 as const, name, directories };
  await announce?.(location);
  const made: string[] = [];
  try {
    for (const { base, directory, isCpuset } of places) {
      makeCgroup(directory);
      made.push(directory);
      if (isCpuset) inheritCpuset(base, directory);
    }
    await applyWrites(writes, {
      directoryOf: (controller) => directories[controller] ?? "",
      write: writeControlSync,
    });
  } catch (error) {
    throw undo(error, () => made.every(removeTree));
  }
  return new CgroupV1(location);
}

/** A new v1 cpuset is empty and takes no process: cpuset(7). */
function inheritCpuset(parent: string, directory: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    try {
      writeControlSync(`${directory}/${file}`, readControl(parent, file)?.trim() ?? "");
    } catch (error) {
      throw wrapErrno(`set ${file} of cgroup ${directory}`, error);
    }
  }
}
