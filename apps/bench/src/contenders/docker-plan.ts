import { readFileSync } from "node:fs";
import { MountFlag, type Plan, type Step } from "@dockher/ns";
import {
  CAPABILITIES,
  DEFAULT_CAPABILITIES,
  DEFAULT_MASKED_PATHS,
  DEFAULT_PATH,
  DEFAULT_READONLY_PATHS,
} from "@dockher/spec";

import type { Workbench } from "../contender.js";

const PSEUDO = MountFlag.MS_NOSUID | MountFlag.MS_NODEV | MountFlag.MS_NOEXEC;

/** A character device that everyone reads and writes: mknod(2). */
const DEVICE_MODE = 0o020666;
const DEVICES: readonly [path: string, major: number, minor: number][] = [
  ["/dev/null", 1, 3],
  ["/dev/zero", 1, 5],
  ["/dev/full", 1, 7],
  ["/dev/random", 1, 8],
  ["/dev/urandom", 1, 9],
  ["/dev/tty", 5, 0],
];
const LINKS: readonly [path: string, target: string][] = [
  ["/dev/fd", "/proc/self/fd"],
  ["/dev/stdin", "/proc/self/fd/0"],
  ["/dev/stdout", "/proc/self/fd/1"],
  ["/dev/stderr", "/proc/self/fd/2"],
  ["/dev/ptmx", "pts/ptmx"],
];

function mountNew(fstype: string, target: string, flags: number, data = ""): Step {
  return { op: "mount", source: fstype, target, fstype, flags, data, createTarget: "directory" };
}

function listRootSteps(rootfs: string): Step[] {
  return [
    { op: "mount", target: "/", flags: MountFlag.MS_REC | MountFlag.MS_PRIVATE },
    { op: "mount", source: rootfs, target: rootfs, flags: MountFlag.MS_BIND | MountFlag.MS_REC },
    { op: "pivot-root", newRoot: rootfs },
    mountNew("proc", "/proc", PSEUDO),
    mountNew(
      "tmpfs",
      "/dev",
      MountFlag.MS_NOSUID | MountFlag.MS_STRICTATIME,
      "mode=755,size=65536k",
    ),
    mountNew(
      "devpts",
      "/dev/pts",
      MountFlag.MS_NOSUID | MountFlag.MS_NOEXEC,
      "newinstance,ptmxmode=0666,mode=0620,gid=5",
    ),
    mountNew("tmpfs", "/dev/shm", PSEUDO, "mode=1777,size=65536k"),
    mountNew("mqueue", "/dev/mqueue", PSEUDO),
    mountNew("sysfs", "/sys", PSEUDO | MountFlag.MS_RDONLY),
    ...DEVICES.map(
      ([path, major, minor]): Step => ({ op: "mknod", path, mode: DEVICE_MODE, major, minor }),
    ),
    ...LINKS.map(([path, target]): Step => ({ op: "symlink", target, path })),
  ];
}

function listPrivilegeSteps(): Step[] {
  const mask = DEFAULT_CAPABILITIES.reduce(
    (bits, name) => bits | (1n << BigInt(CAPABILITIES.indexOf(name))),
    0n,
  );
  return [
    { op: "bounding", keep: mask },
    { op: "groups", gids: [] },
    { op: "gid", gid: 0 },
    { op: "uid", uid: 0, keepCapabilities: true },
    { op: "capabilities", effective: mask, permitted: mask, inheritable: 0n, ambient: 0n },
    { op: "no-new-privileges" },
  ];
}

/** The pieces of floor.c, as a plan. A change of one is a change of the other. */
export function createDockerPlan({ rootfs, filter }: Pick<Workbench, "rootfs" | "filter">): Plan {
  return {
    args: ["/bin/true"],
    env: [`PATH=${DEFAULT_PATH}`],
    umask: 0o022,
    namespaces: [
      { type: "pid" },
      { type: "mount" },
      { type: "uts" },
      { type: "ipc" },
      { type: "cgroup" },
      { type: "network" },
    ],
    stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
    steps: [
      ...listRootSteps(rootfs),
      { op: "hostname", name: "bench" },
      { op: "loopback-up" },
      ...DEFAULT_READONLY_PATHS.map((path): Step => ({ op: "read-only", path })),
      ...DEFAULT_MASKED_PATHS.map((path): Step => ({ op: "mask", path })),
      ...listPrivilegeSteps(),
      { op: "seccomp", program: readFileSync(filter) },
    ],
  };
}
