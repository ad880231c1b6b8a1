import { dirname } from "node:path";
import type { CgroupLocation } from "./cgroup.js";
import { CgroupV2 } from "./cgroup-v2.js";
import { writeControlSync } from "./control-file.js";
import type { CreateOptions } from "./create.js";
import { ATTEMPTS, isGone, makeCgroup, removeTree } from "./directory.js";
import { enableControllers, makeGroup, removeEmptyGroup } from "./group.js";
import type { CgroupLayout, Controller } from "./hierarchy.js";
import { openPath, removeMadeParents } from "./parents.js";
import { findPlace } from "./place-v2.js";
import { applyWrites } from "./resources/apply.js";
import { checkCpuset } from "./resources/cpuset.js";
import { planV2 } from "./resources/plan-v2.js";
import { refuseDevices, refuseLegacy } from "./resources/validate.js";
import { undo } from "./undo.js";

/** Enabled without a limit as well: memory for peak and verdict, pids to count. CPU time is counted for every cgroup. */
const COUNTED: readonly Controller[] = ["memory", "pids"];

export async function createV2(
  layout: CgroupLayout & { version: 2 },
  {
    name,
    resources = {},
    controllers,
    oomGroup = false,
    announce,
    parent,
  }: CreateOptions & { parent?: string },
): Promise<CgroupV2> {
  refuseDevices(resources);
  refuseLegacy(resources);
  const writes = planV2(resources);
  if (oomGroup) {
    writes.push({
      controller: "memory",
      file: "memory.oom.group",
      value: "1",
      property: "oomGroup",
    });
  }
  const place = findPlace(layout.hierarchy, {
    writes,
    wanted: controllers ?? COUNTED,
    ...(parent === undefined ? {} : { parent }),
  });
  if (resources.cpu) checkCpuset(resources.cpu, { version: 2, directory: place.base });

  const location = {
    version: 2 as const,
    name,
    directory: `${place.path?.at(-1) ?? place.group ?? place.base}/${name}`,
    ...(place.group === undefined ? {} : { group: place.group }),
    ...(parent === undefined ? {} : { parent }),
    controllers: place.controllers,
  };
  await announce?.(location);
  if (place.path === undefined) {
    await enableControllers(place.base, place.controllers);
    makeInGroup(location);
  } else {
    await makeInPath(place.path, location);
  }
  try {
    if (location.group !== undefined) await enableControllers(location.group, place.controllers);
    await applyWrites(writes, { directoryOf: () => location.directory, write: writeControlSync });
  } catch (error) {
    throw undo(error, () => {
      const removed = removeTree(location.directory);
      if (location.group !== undefined) removeEmptyGroup(location.group);
      if (place.path !== undefined) removeMadeParents(dirname(location.directory));
      return removed;
    });
  }
  return new CgroupV2(location);
}

/** Made before its group hands down the controllers: from here on the group has a member and stays. */
function makeInGroup({ group, directory }: CgroupLocation & { version: 2 }): void {
  if (group === undefined) {
    makeCgroup(directory);
    return;
  }
  for (let attempt = 1; ; attempt++) {
    makeGroup(group);
    try {
      makeCgroup(directory);
      return;
    } catch (error) {
      if (isGone(error) && attempt < ATTEMPTS) continue;
      throw undo(error, () => {
        removeEmptyGroup(group);
        return true;
      });
    }
  }
}

/** What was made of the path may go with a sibling's end before we are in it; then it is made anew. */
async function makeInPath(
  path: readonly string[],
  { directory, controllers }: CgroupLocation & { version: 2 },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await openPath(path, controllers);
      makeCgroup(directory);
      return;
    } catch (error) {
      if (isGone(error) && attempt < ATTEMPTS) continue;
      removeMadeParents(dirname(directory));
      throw error;
    }
  }
}
