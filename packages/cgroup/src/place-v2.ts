import { existsSync } from "node:fs";
import { posix } from "node:path";
import { readControl } from "./control-file.js";
import { listControllers, requireControllers } from "./controller-missing.js";
import { locateParent } from "./create.js";
import { FIX_SCOPE, fixByHand, fixControllers } from "./delegation/fix.js";
import { isWritable } from "./directory.js";
import { CgroupError } from "./error.js";
import { type Controller, type Hierarchy, readControllers } from "./hierarchy.js";
import { findDeepest, listPath } from "./parents.js";
import type { ControlWrite } from "./resources/plan.js";

/** Where a new v2 cgroup goes. */
export interface Place {
  /** The cgroup that is there and hands down the controllers. */
  base: string;
  /**
   * A cgroup of ours between the two, where the caller chose no parent. With the controllers in its own
   * cgroup.subtree_control, nobody can take them from our cgroups by taking them from `base`: systemd does that to
   * controllers that none of its units asks for, and the kernel refuses it while a child hands them on.
   */
  group?: string;
  /** From a cgroup that is there down to the parent that the caller chose. */
  path?: readonly string[];
  controllers: readonly Controller[];
}

export interface PlaceRequest {
  writes: readonly ControlWrite[];
  /** Taken where they are there. */
  wanted: readonly Controller[];
  /** As `OpenOptions` has it. */
  parent?: string;
}

/**
 * Finds the nearest cgroup, from our own upward, that may have children with the controllers: our own only where it is
 * the real root, because of the no-internal-process rule, else the nearest ancestor that we may write to. So the limits
 * of the slices around us keep holding.
 * @throws CgroupError `CGROUP_CONTROLLER_MISSING`, `CGROUP_NOT_DELEGATED`, `CGROUP_READ_ONLY`, `CGROUP_UNAVAILABLE`
 */
export function findPlace(hierarchy: Hierarchy, { writes, wanted, parent }: PlaceRequest): Place {
  if (hierarchy.readOnly) throw refuseReadOnly(hierarchy);
  const needed = listControllers(writes);
  requireControllers(writes, hierarchy.controllers, hintMissing(hierarchy));
  const asked = [...new Set([...needed, ...wanted])];
  if (parent?.startsWith("/")) return placeBelow(hierarchy, parent, { asked, needed });
  const candidates = listUpward(hierarchy).filter(mayHaveChildren);
  const highest = candidates.at(-1);
  if (highest === undefined) throw refusePlace(hierarchy);
  // A cgroup has what all above it hand down, so the highest has the most.
  const available = readControllers(highest);
  requireControllers(writes, available, fixControllers(hierarchy));
  const controllers = asked.filter((name) => available.includes(name));
  const base = candidates.find((directory) => {
    const offered = readControllers(directory);
    return controllers.every((name) => offered.includes(name));
  });
  const chosen = base ?? highest;
  if (parent !== undefined) {
    const { directory } = locateParent(parent, { mountPoint: hierarchy.mountPoint, own: chosen });
    return { base: chosen, path: listPath(chosen, directory), controllers };
  }
  return { base: chosen, group: posix.join(chosen, "dockher"), controllers };
}

/** What is asked for beside the limits is taken where the path hands it down by itself. */
function placeBelow(
  { mountPoint }: Hierarchy,
  parent: string,
  { asked, needed }: { asked: readonly Controller[]; needed: readonly Controller[] },
): Place {
  const { top, directory } = locateParent(parent, { mountPoint, own: mountPoint });
  const path = listPath(top, directory);
  const base = findDeepest(path);
  const available = [...readControllers(base), ...needed];
  return { base, path, controllers: asked.filter((name) => available.includes(name)) };
}

/** Our own cgroup and those above it, up to the mount point. */
function listUpward({ ownDirectory, mountPoint }: Hierarchy): string[] {
  const directories = [ownDirectory];
  let current = ownDirectory;
  while (current !== mountPoint && current !== "/") {
    current = posix.dirname(current);
    directories.push(current);
  }
  return directories;
}

/** Moving a process asks for cgroup.procs of the common ancestor, making a cgroup for the directory. */
export function isDelegated(directory: string): boolean {
  return ["", "/cgroup.procs", "/cgroup.subtree_control"].every((file) =>
    isWritable(directory + file),
  );
}

function mayHaveChildren(directory: string): boolean {
  if (!isDelegated(directory)) return false;
  return isRealRoot(directory) || readControl(directory, "cgroup.procs") === "";
}

/** Only the root of the whole hierarchy has no cgroup.type, and only it may hold processes beside limited children. */
function isRealRoot(directory: string): boolean {
  return existsSync(`${directory}/cgroup.procs`) && !existsSync(`${directory}/cgroup.type`);
}

function refuseReadOnly({ mountPoint }: Hierarchy): CgroupError {
  return new CgroupError(`failed to create a cgroup in ${mountPoint}: it is mounted read-only`, {
    code: "CGROUP_READ_ONLY",
    hint: `mount it writable: mount -o remount,rw ${mountPoint}`,
  });
}

function refusePlace(hierarchy: Hierarchy): CgroupError {
  const { ownDirectory, mountPoint } = hierarchy;
  if (ownDirectory === mountPoint && isWritable(mountPoint)) {
    return new CgroupError(
      `failed to create a cgroup below ${ownDirectory}: it holds processes, so it can have no limited children`,
      {
        code: "CGROUP_NOT_DELEGATED",
        hint: `move them to a leaf first: mkdir ${mountPoint}/init && xargs -rn1 < ${mountPoint}/cgroup.procs > ${mountPoint}/init/cgroup.procs`,
      },
    );
  }
  return new CgroupError(
    `failed to create a cgroup above ${ownDirectory}: none up to ${mountPoint} is delegated to this user`,
    {
      code: "CGROUP_NOT_DELEGATED",
      hint: existsSync("/run/systemd/system") ? FIX_SCOPE : fixByHand(hierarchy),
    },
  );
}

function hintMissing({ mountPoint, controllers }: Hierarchy): string {
  return existsSync(`${mountPoint}/cgroup.type`)
    ? `the outer cgroup hands down only ${controllers.join(", ") || "none"}: enable it in the cgroup.subtree_control above`
    : "boot a kernel that has it, without cgroup_disable= and without mounting it as cgroup v1";
}
