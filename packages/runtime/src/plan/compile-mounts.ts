import { closeSync, constants, statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { MountAttribute, MountFlag, NsError, openInRoot, type Step } from "@dockher/ns";
import type { Mount } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import { mapId } from "../user-namespace/map-id.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { type CgroupMountOptions, compileCgroupMount } from "./cgroup-mount.js";
import { parseMountOptions, toMountAttributes } from "./mount-options.js";

/** What an image could have made a link of to lead a mount astray (CVE-2019-16884, CVE-2026-41579). */
const NEVER_A_LINK = new Set(["/dev", "/proc", "/sys"]);

export interface CompiledMounts {
  /** While the host's tree is still there: the sources are opened. */
  beforePivot: Step[];
  /** In the container's root. */
  afterPivot: Step[];
  /** How many are in use, from the first. */
  slots: number;
}

export interface CompileMountsOptions {
  mounts: readonly Mount[];
  cgroup: CgroupMountOptions;
  userNamespace: UserNamespace;
}

/**
 * The steps for the mounts of a configuration, in its order.
 * @throws RuntimeError `INVALID_MOUNT`, `MOUNT_SOURCE_NOT_FOUND`
 */
export function compileMounts({
  mounts,
  cgroup,
  userNamespace,
}: CompileMountsOptions): CompiledMounts {
  const compiled: CompiledMounts = { beforePivot: [], afterPivot: [], slots: 0 };
  const rootless = userNamespace.type === "rootless";
  for (const mount of mounts) {
    const options = parseMountOptions(mount.options ?? []);
    if (options.bind !== "none") {
      checkIdmap(mount, { idmap: options.idmap, userNamespace });
      compileBind({ mount, options, slot: compiled.slots++, compiled });
    } else if (mount.type === "cgroup") {
      compiled.afterPivot.push(...compileCgroupMount(mount, cgroup));
    } else if (rootless && (mount.type === "proc" || mount.type === "sysfs")) {
      createEarly({ mount, fstype: mount.type, slot: compiled.slots++, compiled });
    } else {
      compiled.afterPivot.push(compileFileSystem(mount, userNamespace));
    }
  }
  return compiled;
}

function compileFileSystem(mount: Mount, userNamespace: UserNamespace): Step {
  const { flags, data } = parseMountOptions(
    (mount.options ?? []).map((option) => mapOption(option, userNamespace)),
  );
  if (mount.type === undefined) {
    throw new RuntimeError(`failed to mount on ${mount.destination}: it has no type`, {
      code: "INVALID_MOUNT",
    });
  }
  return {
    op: "mount",
    source: mount.source ?? mount.type,
    target: mount.destination,
    fstype: mount.type,
    flags,
    data,
    createTarget: "directory",
    ...(NEVER_A_LINK.has(mount.destination) ? { symlinks: "refuse" as const } : {}),
  };
}

/**
 * In a user namespace proc and sysfs may show no more than those in sight do, which after the pivot are none
 * (mount_too_revealing in fs/namespace.c).
 */
function createEarly(options: {
  mount: Mount;
  fstype: "proc" | "sysfs";
  slot: number;
  compiled: CompiledMounts;
}): void {
  const { mount, fstype, slot, compiled } = options;
  const { flags } = parseMountOptions(mount.options ?? []);
  compiled.beforePivot.push({
    op: "create-mount",
    slot,
    fstype,
    source: mount.source ?? fstype,
    attributes: toMountAttributes(flags),
  });
  compiled.afterPivot.push({
    op: "move-mount",
    slot,
    target: mount.destination,
    createTarget: "directory",
    symlinks: "refuse",
  });
}

/** What is mounted outside the user namespace takes the host's ids: tmpfs(5), and devpts of the kernel's documentation. */
function mapOption(option: string, userNamespace: UserNamespace): string {
  const [, name, id] = /^(uid|gid)=(\d+)$/.exec(option) ?? [];
  if (name === undefined || userNamespace.type !== "mapped") return option;
  const { uidMappings, gidMappings } = userNamespace;
  const mapped = mapId(name === "uid" ? uidMappings : gidMappings, Number(id));
  if (mapped !== undefined) return `${name}=${mapped}`;
  throw new RuntimeError(`failed to mount with ${option}: the user namespace has no such id`, {
    code: "INVALID_MOUNT",
  });
}

interface BindOptions {
  mount: Mount;
  options: ReturnType<typeof parseMountOptions>;
  slot: number;
  compiled: CompiledMounts;
}

function compileBind({ mount, options, slot, compiled }: BindOptions): void {
  const { source = "", subpath, namespace } = mount;
  const recursive = options.bind === "rbind";
  const attributes = toMountAttributes(options.flags);
  compiled.beforePivot.push({ op: "open-tree", slot, source, subpath, namespace, recursive });
  if (attributes !== 0 || options.propagation !== 0 || options.idmap) {
    compiled.beforePivot.push({
      op: "set-mount-attributes",
      slot,
      set: attributes,
      clear: attributes & MountAttribute.MOUNT_ATTR__ATIME ? MountAttribute.MOUNT_ATTR__ATIME : 0,
      propagation: options.propagation & ~MountFlag.MS_REC,
      recursive,
      idmap: options.idmap,
    });
  }
  compiled.afterPivot.push({
    op: "move-mount",
    slot,
    target: mount.destination,
    createTarget:
      namespace !== undefined || isDirectory({ source, subpath }) ? "directory" : "file",
  });
}

/** The kernel maps to one user namespace, and there is but the container's: made as root, before anything is mounted. */
function checkIdmap(
  { destination, uidMappings, gidMappings }: Mount,
  { idmap, userNamespace }: { idmap: boolean; userNamespace: UserNamespace },
): void {
  const refuse = (reason: string): RuntimeError =>
    new RuntimeError(`failed to map the ids of the mount on ${destination}: ${reason}`, {
      code: "INVALID_MOUNT",
    });
  if (idmap && userNamespace.type !== "mapped") {
    throw refuse("the container has no ids of its own");
  }
  const own = userNamespace.type === "mapped" && idmap ? userNamespace : undefined;
  if (
    (uidMappings !== undefined && !isDeepStrictEqual(uidMappings, own?.uidMappings)) ||
    (gidMappings !== undefined && !isDeepStrictEqual(gidMappings, own?.gidMappings))
  ) {
    throw refuse("only the container's own mappings can be had, with the option idmap");
  }
}

interface BindSource {
  source: string;
  subpath: string | undefined;
}

function isDirectory({ source, subpath }: BindSource): boolean {
  try {
    return subpath === undefined
      ? statSync(source).isDirectory()
      : isDirectoryInside(source, subpath);
  } catch (error) {
    const path = subpath === undefined ? source : `${source}/${subpath}`;
    const missing = error instanceof NsError && error.errno === "ENOENT";
    throw new RuntimeError(
      `failed to mount ${path}: ${missing ? "it does not exist" : "it cannot be read"}`,
      {
        code: "MOUNT_SOURCE_NOT_FOUND",
        hint: subpath === undefined ? undefined : "make it in the volume first",
        cause: error,
      },
    );
  }
}

/** What containers wrote is not trusted: links in it end inside, and only a directory is opened, never a device. */
function isDirectoryInside(source: string, subpath: string): boolean {
  try {
    closeSync(openInRoot({ root: source, path: subpath, flags: constants.O_DIRECTORY }));
    return true;
  } catch (error) {
    if (error instanceof NsError && error.errno === "ENOTDIR") return false;
    throw error;
  }
}
