import type { Mount, NamespaceType, Spec } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import { mapId } from "../user-namespace/map-id.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

/** Changes a container's configuration to what is possible in its user namespace. */
export function adaptToUserNamespace(spec: Spec, namespace: UserNamespace): void {
  if (namespace.type === "host") return;
  const { uidMappings, gidMappings } = namespace;
  const path = namespace.type === "rootless" ? namespace.path : undefined;
  const { namespaces = [], ...linux } = spec.linux ?? {};
  spec.linux = {
    ...linux,
    namespaces: [{ type: "user", ...(path === undefined ? {} : { path }) }, ...namespaces],
    ...(path === undefined ? { uidMappings, gidMappings } : {}),
  };
  if (namespace.type === "mapped") {
    spec.mounts = spec.mounts?.map(mapBind) ?? [];
    return;
  }
  spec.mounts = spec.mounts?.map((mount) => leaveOutUnmappedGroup(mount, gidMappings)) ?? [];
  const shares = (type: NamespaceType): boolean => !namespaces.some((own) => own.type === type);
  if (shares("cgroup")) throw refuseCgroups();
  if (shares("network")) shareSysfs(spec);
  if (shares("pid")) shareFileSystem(spec, "proc");
  if (shares("ipc")) shareFileSystem(spec, "mqueue");
}

function refuseCgroups(): RuntimeError {
  return new RuntimeError("failed to share the host's cgroup namespace: this needs root", {
    code: "ROOT_REQUIRED",
    hint: "run it with sudo, or leave the choice of the cgroup namespace out",
  });
}

/** These may be mounted only by who owns the namespace that they show: the host's come with the host's own. */
function shareFileSystem(spec: Spec, type: "mqueue" | "proc"): void {
  spec.mounts =
    spec.mounts?.map((mount) => {
      if (mount.type !== type) return mount;
      const options = ["rbind", "rprivate", "nosuid", "noexec", "nodev"];
      return { destination: mount.destination, type: "bind", source: mount.destination, options };
    }) ?? [];
}

/** runtime-spec, config.md, "idmap" and "ridmap": what is root's on the host is the container's root's. */
export function mapBind(mount: Mount): Mount {
  const { options = [] } = mount;
  const map = { bind: "idmap", rbind: "ridmap" };
  const added = options.flatMap((option) =>
    option in map ? [map[option as keyof typeof map]] : [],
  );
  return { ...mount, options: [...options, ...added] };
}

/** devpts takes no group that is not mapped: terminals then belong to their user's. */
function leaveOutUnmappedGroup(
  mount: Mount,
  gidMappings: NonNullable<Spec["linux"]>["gidMappings"],
): Mount {
  if (mount.type !== "devpts" || gidMappings === undefined) return mount;
  const options = mount.options?.filter((option) => {
    const gid = /^gid=(\d+)$/.exec(option)?.[1];
    return gid === undefined || mapId(gidMappings, Number(gid)) !== undefined;
  });
  return { ...mount, ...(options === undefined ? {} : { options }) };
}

/**
 * A sysfs shows a network namespace, and may be mounted only by who owns that (sysfs_init_fs_context in fs/sysfs/mount.c): the
 * host's network comes with the host's own, read-only with all below, and without its cgroups.
 */
function shareSysfs(spec: Spec): void {
  spec.mounts =
    spec.mounts?.map((mount) =>
      mount.type === "sysfs"
        ? {
            destination: mount.destination,
            type: "bind",
            source: "/sys",
            options: ["rbind", "rprivate", "nosuid", "noexec", "nodev", "ro"],
          }
        : mount,
    ) ?? [];
  spec.linux = {
    ...spec.linux,
    maskedPaths: ["/sys/fs/cgroup", ...(spec.linux?.maskedPaths ?? [])],
  };
}
