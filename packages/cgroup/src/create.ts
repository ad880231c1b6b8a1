import type { LinuxResources } from "@dockher/spec";
import type { CgroupLocation } from "./cgroup.js";
import { CgroupError } from "./error.js";
import type { Controller } from "./hierarchy.js";

export interface CreateOptions {
  /** One path component of letters, digits, `.`, `_` and `-`, at most 128 characters. */
  name: string;
  /** The OCI specification's `linux.resources`. Swap is limited with memory unless `memory.swap` says otherwise. */
  resources?: LinuxResources;
  /**
   * What is joined beside the controllers that a limit needs, where the machine has it. Default: memory and pids, on v1
   * also cpuacct and freezer. On v1 each one costs a directory and a move; without freezer, `killAll` is refused.
   */
  controllers?: readonly Controller[];
  /**
   * Told where the cgroup will lie, after all checks and before the first directory is made: what is kept then finds it
   * whenever this process is killed.
   */
  announce?: (location: CgroupLocation) => Promise<void> | void;
  /** Whether the kernel ends the whole cgroup when its memory runs out, not one process; v2 only. Default false, as in Docker. */
  oomGroup?: boolean;
}

/** @throws CgroupError `INVALID_CGROUP_NAME` */
export function validateName(name: string): void {
  if (typeof name === "string" && /^[A-Za-z0-9][\w.-]{0,127}$/.test(name)) return;
  throw new CgroupError(`failed to create cgroup ${JSON.stringify(name)}: it is no name`, {
    code: "INVALID_CGROUP_NAME",
    hint: "use letters, digits, dots, underscores and hyphens, up to 128, with a letter or a digit first",
  });
}

/** @throws CgroupError `INVALID_CGROUP_PATH` */
export function validateParent(parent: string): void {
  const parts = parent.split("/");
  if (parent === "/" || (/^\/?[^/\0\n]+(?:\/[^/\0\n]+)*$/.test(parent) && !parts.some(isDots)))
    return;
  throw new CgroupError(`failed to use cgroup ${JSON.stringify(parent)}: it is no path of one`, {
    code: "INVALID_CGROUP_PATH",
    hint: "write it from the root of the hierarchy, or from where others would go, without dots: /jobs/batch, batch",
  });
}

/** Where a parent lies that {@link validateParent} took. */
export function locateParent(
  parent: string,
  { mountPoint, own }: { mountPoint: string; own: string },
): { top: string; directory: string } {
  if (parent === "/") return { top: mountPoint, directory: mountPoint };
  return parent.startsWith("/")
    ? { top: mountPoint, directory: mountPoint + parent }
    : { top: own, directory: `${own}/${parent}` };
}

function isDots(part: string): boolean {
  return part === "." || part === "..";
}
