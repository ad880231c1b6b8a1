import { dirname } from "node:path";
import { CgroupV1 } from "./cgroup-v1.js";
import { readControl, writeControlSync } from "./control-file.js";
import { listControllers, requireControllers } from "./controller-missing.js";
import { type CreateOptions, locateParent } from "./create.js";
import { ATTEMPTS, isGone, makeCgroup, removeTree } from "./directory.js";
import { CgroupError, wrapErrno } from "./error.js";
import type { CgroupLayout, Controller, Hierarchy } from "./hierarchy.js";
import { findDeepest, listPath, makeParent, removeMadeParents } from "./parents.js";
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
  const places = chosen.map((hierarchy): Place => {
    const place = findPlace(hierarchy, name, parent);
    for (const controller of hierarchy.controllers) directories[controller] = place.directory;
    return place;
  });
  for (const { path, isCpuset } of places) {
    if (!isCpuset || !resources.cpu) continue;
    checkCpuset(resources.cpu, { version: 1, directory: findDeepest(path) });
  }
  const location = {
    version: 1 as const,
    name,
    directories,
    ...(parent === undefined ? {} : { parent }),
  };
  await announce?.(location);
  const made: string[] = [];
  try {
    for (const place of places) {
      makeInPath(place);
      made.push(place.directory);
      if (place.isCpuset) inheritCpuset(place.directory);
    }
    await applyWrites(writes, {
      directoryOf: (controller) => directories[controller] ?? "",
      write: writeControlSync,
    });
  } catch (error) {
    throw undo(error, () => {
      const removed = made.every(removeTree);
      for (const { path } of places) removeMadeParents(path.at(-1) ?? "");
      return removed;
    });
  }
  return new CgroupV1(location);
}

/** Where a new cgroup goes in one hierarchy. */
interface Place {
  /** What it is made in; only the first of it is there in any case. */
  path: readonly string[];
  directory: string;
  isCpuset: boolean;
}

function findPlace(
  { controllers, mountPoint, ownDirectory }: Hierarchy,
  name: string,
  parent: string | undefined,
): Place {
  const isCpuset = controllers.includes("cpuset");
  if (parent === undefined) {
    return { path: [ownDirectory], directory: `${ownDirectory}/dockher-${name}`, isCpuset };
  }
  const { top, directory } = locateParent(parent, { mountPoint, own: ownDirectory });
  return { path: listPath(top, directory), directory: `${directory}/${name}`, isCpuset };
}

/** What was made of the path may go with a sibling's end before we are in it; then it is made anew. */
function makeInPath({ path, directory, isCpuset }: Place): void {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const parent of path.slice(1)) {
        makeParent(parent);
        if (isCpuset) inheritCpuset(parent);
      }
      makeCgroup(directory);
      return;
    } catch (error) {
      if (path.length === 1 || !isGone(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A new v1 cpuset is empty and takes no process, nor does one below it: cpuset(7). One that has something keeps it. */
function inheritCpuset(directory: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if ((readControl(directory, file)?.trim() ?? "") !== "") continue;
    try {
      writeControlSync(`${directory}/${file}`, readControl(dirname(directory), file)?.trim() ?? "");
    } catch (error) {
      throw wrapErrno(`set ${file} of cgroup ${directory}`, error);
    }
  }
}
