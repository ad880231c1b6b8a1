import type { CgroupLocation } from "@dockher/cgroup";
import { MountFlag, type Step } from "@dockher/ns";
import type { Mount } from "@dockher/spec";
import { parseMountOptions } from "./mount-options.js";

/** The cgroup that the container sees as the root of its tree; undefined for a container without one. */
export type CgroupMountOptions = CgroupLocation | undefined;

/**
 * The OCI mount type `cgroup` means the hierarchies of the machine: one file system on v2, on v1 a directory of them,
 * of which a container gets those that it was put in. Nothing is mounted for a container without a cgroup,
 * which would see its caller's.
 */
export function compileCgroupMount(mount: Mount, location: CgroupMountOptions): Step[] {
  if (location === undefined) return [];
  const { flags } = parseMountOptions(mount.options ?? []);
  const target = mount.destination;
  const mountCgroup = (type: "cgroup" | "cgroup2", at: string, data: string): Step => ({
    op: "mount",
    source: "cgroup",
    target: at,
    fstype: type,
    flags,
    data,
    createTarget: "directory",
  });
  if (location.version === 2) return [mountCgroup("cgroup2", target, "")];
  return [
    {
      op: "mount",
      source: "tmpfs",
      target,
      fstype: "tmpfs",
      flags: flags & ~MountFlag.MS_RDONLY,
      data: "mode=755,size=64k",
    },
    ...listHierarchies(location.directories).map((controllers) => {
      return mountCgroup("cgroup", `${target}/${controllers}`, controllers);
    }),
    { op: "mount", target, flags: flags | MountFlag.MS_BIND | MountFlag.MS_REMOUNT },
  ];
}

/** The joined hierarchies, each by its controllers: `memory`, `cpu,cpuacct`. */
function listHierarchies(directories: Readonly<Record<string, string>>): string[] {
  const hierarchies = new Map<string, string[]>();
  for (const [controller, directory] of Object.entries(directories)) {
    hierarchies.set(directory, [...(hierarchies.get(directory) ?? []), controller]);
  }
  return [...hierarchies.values()].map((controllers) => controllers.sort().join(","));
}
