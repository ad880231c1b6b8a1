import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const MOUNT_POINT = "/sys/fs/cgroup";

function isBoundary(): boolean {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => line.includes(` ${MOUNT_POINT} `) && line.includes("nsdelegate"));
}

/** Why cgroup namespaces cannot be boundaries here; undefined where they can. It is for the whole machine, so only in a guest. */
export function findBoundaryObstacle(): string | undefined {
  return process.env["WITH_CGROUP_V2"] === undefined && !isBoundary()
    ? "cgroup v2 is mounted without nsdelegate"
    : undefined;
}

/** Cgroup namespaces are boundaries (cgroups(7), nsdelegate), as where systemd mounts, until the end of the block. */
export class NamespaceBoundary {
  readonly #was = isBoundary();

  constructor() {
    if (!this.#was) remount("remount,nsdelegate");
  }

  [Symbol.dispose](): void {
    if (!this.#was) remount("remount");
  }
}

function remount(options: string): void {
  execFileSync("mount", ["-t", "cgroup2", "-o", options, "cgroup2", MOUNT_POINT]);
}
