import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Mount } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { MountOption } from "../options.js";
import { type NamedMount, normalizeTarget, type VolumeMount } from "../volumes/name-volumes.js";

/**
 * The caller's mounts as OCI mounts, what lies above before what lies below, whatever the order they were named in. A bind
 * mount's source must be there: Docker would make a directory of it, which hides a mistyped name.
 * @throws RuntimeError `INVALID_MOUNT`, `MOUNT_SOURCE_NOT_FOUND`
 */
export function generateMounts(mounts: readonly NamedMount[]): Mount[] {
  const targets = new Set<string>();
  const generated = mounts.map((mount) => {
    const target = checkTarget(mount.target);
    if (targets.has(target)) throw refuseMount(target, "two mounts have that target");
    targets.add(target);
    if (mount.type === "bind") return generateBind(mount, target);
    if (mount.type === "volume") return generateVolume(mount, target);
    if (mount.type === "tmpfs") return generateTmpfs(mount, target);
    throw refuseMount(target, `unknown type "${(mount as { type: unknown }).type}"`);
  });
  return generated.sort((a, b) => countParts(a.destination) - countParts(b.destination));
}

function countParts(path: string): number {
  return path.split("/").length;
}

/** A volume that is to be made is not there yet. */
function generateVolume(mount: VolumeMount, target: string): Mount {
  const { directory, readonly, subpath } = mount;
  return {
    destination: target,
    type: "bind",
    source: directory,
    options: ["rbind", "rprivate", ...(readonly ? ["ro"] : [])],
    ...(subpath === undefined ? {} : { subpath }),
  };
}

function generateBind(mount: MountOption & { type: "bind" }, target: string): Mount {
  const { source, readonly, recursive = true } = mount;
  if (!isAbsolute(source)) throw refuseMount(target, `the source "${source}" is not absolute`);
  try {
    statSync(source);
  } catch (error) {
    throw new RuntimeError(
      `failed to mount ${source} on ${target}: ${describeErrno(error as NodeJS.ErrnoException)}`,
      {
        code: "MOUNT_SOURCE_NOT_FOUND",
        hint: `make it first: mkdir -p ${source}`,
        cause: error,
      },
    );
  }
  return {
    destination: target,
    type: "bind",
    source,
    options: [recursive ? "rbind" : "bind", "rprivate", ...(readonly ? ["ro"] : [])],
  };
}

function generateTmpfs(mount: MountOption & { type: "tmpfs" }, target: string): Mount {
  const { size, mode = 0o1777, options = [] } = mount;
  if (size !== undefined && !(Number.isSafeInteger(size) && size > 0)) {
    throw refuseMount(target, `the size ${size} is not a number of bytes`);
  }
  return {
    destination: target,
    type: "tmpfs",
    source: "tmpfs",
    options: [
      "nosuid",
      "nodev",
      "noexec",
      ...options,
      `mode=${mode.toString(8)}`,
      ...(size === undefined ? [] : [`size=${size}`]),
    ],
  };
}

function checkTarget(target: string): string {
  const path = normalizeTarget(target);
  if (!isAbsolute(target)) throw refuseMount(target, "the target is not absolute");
  if (path === "/") throw refuseMount(target, "the target is the root directory");
  return path;
}

function refuseMount(target: string, reason: string): RuntimeError {
  return new RuntimeError(`failed to mount on "${target}": ${reason}`, { code: "INVALID_MOUNT" });
}

function describeErrno(error: NodeJS.ErrnoException): string {
  return error.code === "ENOENT" ? "the source does not exist" : error.message;
}
