import { readFileSync } from "node:fs";
import { CgroupError } from "./error.js";
import { type Membership, parseMemberships } from "./membership.js";
import { type MountInfo, parseMountinfo } from "./mountinfo.js";

/** The controllers that this package sets limits with or counts by; `io` is v2's name, `blkio` v1's. */
export type Controller =
  | "blkio"
  | "cpu"
  | "cpuacct"
  | "cpuset"
  | "devices"
  | "freezer"
  | "io"
  | "memory"
  | "pids";

const V1_CONTROLLERS: ReadonlySet<string> = new Set<Controller>([
  "blkio",
  "cpu",
  "cpuacct",
  "cpuset",
  "devices",
  "freezer",
  "memory",
  "pids",
]);
const V2_CONTROLLERS: ReadonlySet<string> = new Set<Controller>([
  "cpu",
  "cpuset",
  "io",
  "memory",
  "pids",
]);

/** A mounted cgroup hierarchy and the place of this process in it. */
export interface Hierarchy {
  controllers: readonly Controller[];
  mountPoint: string;
  /** The cgroup of this process; always at or below `mountPoint`. */
  ownDirectory: string;
  readOnly: boolean;
}

/** What is mounted and decides: all v1 hierarchies that have a controller, or the one v2 hierarchy. */
export type CgroupLayout =
  | { version: 1; hybrid: boolean; hierarchies: readonly Hierarchy[] }
  | { version: 2; hybrid: boolean; hierarchy: Hierarchy };

/** Where to look. Everything is found below `root`, so that a test can lay out a machine in a directory. */
export interface DiscoverOptions {
  root?: string;
}

/**
 * Finds the cgroup hierarchies of this process from /proc/self/mountinfo and /proc/self/cgroup.
 * v2 decides where it has controllers; a hybrid machine has them on v1 and an empty v2 tree beside it.
 * @throws CgroupError `CGROUP_UNAVAILABLE` where no hierarchy with controllers shows this process.
 */
export function discoverCgroups(options: DiscoverOptions = {}): CgroupLayout {
  const root = options.root === undefined || options.root === "/" ? "" : options.root;
  const mounts = parseMountinfo(readProc(`${root}/proc/self/mountinfo`));
  const memberships = parseMemberships(readProc(`${root}/proc/self/cgroup`));

  const unified = findUnified(mounts, memberships, root);
  const hierarchies = findLegacy(mounts, memberships, root);
  if (unified !== undefined && unified.controllers.length > 0) {
    return { version: 2, hybrid: hierarchies.length > 0, hierarchy: unified };
  }
  if (hierarchies.length > 0) return { version: 1, hybrid: unified !== undefined, hierarchies };
  throw new CgroupError(
    "failed to find cgroups: no cgroup file system with controllers is mounted",
    {
      code: "CGROUP_UNAVAILABLE",
      hint: "mount cgroup v2: mount -t cgroup2 none /sys/fs/cgroup",
    },
  );
}

function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CgroupError(`failed to find cgroups: ${path} cannot be read`, {
      code: "CGROUP_UNAVAILABLE",
      hint: "mount /proc, and use a kernel that is built with CONFIG_CGROUPS",
      cause: error,
    });
  }
}

function findUnified(
  mounts: readonly MountInfo[],
  memberships: readonly Membership[],
  root: string,
): Hierarchy | undefined {
  const membership = memberships.find((entry) => entry.controllers.length === 0);
  if (membership === undefined) return undefined;
  const candidates = mounts.filter((mount) => mount.fsType === "cgroup2");
  const place = findVisible(candidates, membership.path);
  if (place === undefined) return undefined;
  const mountPoint = root + place.mount.mountPoint;
  return {
    controllers: readControllers(mountPoint),
    mountPoint,
    ownDirectory: joinPath(mountPoint, place.path),
    readOnly: place.mount.readOnly,
  };
}

function findLegacy(
  mounts: readonly MountInfo[],
  memberships: readonly Membership[],
  root: string,
): Hierarchy[] {
  const hierarchies: Hierarchy[] = [];
  for (const { controllers, path } of memberships) {
    const known = controllers.filter((name) => V1_CONTROLLERS.has(name)) as Controller[];
    if (known.length === 0) continue;
    const candidates = mounts.filter(
      (mount) =>
        mount.fsType === "cgroup" && controllers.every((name) => mount.superOptions.includes(name)),
    );
    const place = findVisible(candidates, path);
    if (place === undefined) continue;
    const mountPoint = root + place.mount.mountPoint;
    hierarchies.push({
      controllers: known,
      mountPoint,
      ownDirectory: joinPath(mountPoint, place.path),
      readOnly: place.mount.readOnly,
    });
  }
  return hierarchies;
}

/** Of the mounts of one hierarchy, the one that shows the cgroup at `path`; a writable one is preferred. */
function findVisible(
  mounts: readonly MountInfo[],
  path: string,
): { mount: MountInfo; path: string } | undefined {
  const visible = mounts.flatMap((mount) => {
    const below = subtractRoot(path, mount.root);
    return below === undefined ? [] : [{ mount, path: below }];
  });
  return visible.find(({ mount }) => !mount.readOnly) ?? visible[0];
}

/** `/a/b/c` seen through a mount of `/a/b` is `/c`; undefined where the mount does not show it. */
function subtractRoot(path: string, mountRoot: string): string | undefined {
  // Both are relative to the cgroup namespace: with `..` the names in between are unknown.
  if (/^\/\.\.(\/|$)/.test(path) || /^\/\.\.(\/|$)/.test(mountRoot)) return undefined;
  if (mountRoot === "/") return path;
  if (path === mountRoot) return "/";
  return path.startsWith(`${mountRoot}/`) ? path.slice(mountRoot.length) : undefined;
}

function joinPath(mountPoint: string, path: string): string {
  return path === "/" ? mountPoint : mountPoint + path;
}

/** The controllers that a v2 cgroup may hand to its children. */
export function readControllers(directory: string): Controller[] {
  return readNames(`${directory}/cgroup.controllers`);
}

/** The controllers that a v2 cgroup does hand to its children. */
export function readSubtreeControl(directory: string): Controller[] {
  return readNames(`${directory}/cgroup.subtree_control`);
}

function readNames(file: string): Controller[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split(/\s+/).filter((name) => V2_CONTROLLERS.has(name)) as Controller[];
}
