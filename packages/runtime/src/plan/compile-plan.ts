import type { CgroupLocation } from "@dockher/cgroup";
import { MountAttribute, MountFlag, type Plan, type Step } from "@dockher/ns";
import type { Filter } from "@dockher/seccomp";
import type { Spec, User } from "@dockher/spec";
import { mapId } from "../user-namespace/map-id.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { compileCredentials } from "./compile-credentials.js";
import { bindDevices, compileDevices } from "./compile-devices.js";
import { compileMounts } from "./compile-mounts.js";
import { compileRoot, locateRoot, type RootPlan } from "./compile-root.js";

export interface CompileOptions {
  spec: Spec;
  root: RootPlan;
  userNamespace: UserNamespace;
  /** Undefined where control groups are disabled. */
  cgroup: CgroupLocation | undefined;
  /** Of `linux.seccomp`; undefined for none. */
  filter: Filter | undefined;
  stdio: Plan["stdio"];
  /** Runs the static init as PID 1. */
  init: boolean;
}

/**
 * Sorts a configuration into the flat plan that the launcher executes.
 * @throws RuntimeError `INVALID_MOUNT`, `MOUNT_SOURCE_NOT_FOUND`
 */
export function compilePlan(options: CompileOptions): Plan {
  const { spec, root, cgroup, userNamespace } = options;
  const { process, linux = {} } = spec;
  const rootless = userNamespace.type === "rootless";
  const mounts = compileMounts({ mounts: spec.mounts ?? [], cgroup, userNamespace });
  const devices = rootless
    ? bindDevices(linux.devices ?? [], mounts.slots)
    : { beforePivot: [], afterPivot: compileDevices(linux.devices ?? []), slots: 0 };
  const namespaces = linux.namespaces ?? [];
  return {
    args: process.args,
    env: process.env ?? [],
    umask: process.user.umask ?? 0o022,
    oomScoreAdj: process.oomScoreAdj ?? 0,
    namespaces,
    uidMappings: linux.uidMappings,
    gidMappings: linux.gidMappings,
    setgroups: deniesGroups(userNamespace) ? "deny" : "allow",
    ...(cgroup === undefined ? {} : compileAttachment(cgroup)),
    stdio: options.stdio,
    init: options.init,
    stdioOwner: locateUser(process.user, userNamespace),
    steps: [
      { op: "mount", target: "/", flags: MountFlag.MS_REC | MountFlag.MS_PRIVATE },
      // Before the root is there, which may lie on top of what they are opened from.
      ...mounts.beforePivot,
      ...devices.beforePivot,
      ...compileRoot({ root, userNamespace, slot: mounts.slots + devices.slots }),
      { op: "pivot-root", newRoot: locateRoot(root) },
      ...mounts.afterPivot,
      ...devices.afterPivot,
      ...compileConsole(spec, userNamespace),
      ...compileNames(spec),
      ...(namespaces.some(({ type, path }) => type === "network" && path === undefined)
        ? [{ op: "loopback-up" } as const]
        : []),
      ...Object.entries(linux.sysctl ?? {}).map(
        ([name, value]): Step => ({ op: "sysctl", name, value }),
      ),
      ...(linux.readonlyPaths ?? []).map((path): Step => ({ op: "read-only", path })),
      ...(linux.maskedPaths ?? []).map((path): Step => ({ op: "mask", path })),
      ...(process.cwd === "/" ? [] : [{ op: "mkdir", path: process.cwd, mode: 0o755 } as const]),
      ...closeRoot(options),
      { op: "chdir", path: process.cwd },
      ...compileCredentials({ process, userNamespace, filter: options.filter }),
    ],
  };
}

/**
 * What `/` as a whole is closed to, last, because mount points are made in it: writing, where it is asked for, and device
 * nodes, where no cgroup filters which may be opened.
 */
function closeRoot({ spec, cgroup }: CompileOptions): Step[] {
  const nodev = cgroup === undefined ? MountAttribute.MOUNT_ATTR_NODEV : 0;
  const readonly = spec.root.readonly ? MountAttribute.MOUNT_ATTR_RDONLY : 0;
  const set = nodev | readonly;
  return set === 0
    ? []
    : [{ op: "set-mount-attributes", target: "/", set, clear: 0, recursive: false }];
}

/** Of a new namespace with a single id; one that is joined has been told. */
export function deniesGroups(namespace: UserNamespace): boolean {
  return (
    namespace.type === "rootless" && namespace.single !== undefined && namespace.path === undefined
  );
}

/** The ids that the container's process sees for its user before it enters a user namespace. */
export function locateUser(
  { uid, gid }: User,
  namespace: UserNamespace,
): { uid: number; gid: number } {
  if (namespace.type !== "mapped") return { uid, gid };
  const { uidMappings, gidMappings } = namespace;
  return { uid: mapId(uidMappings, uid) ?? uid, gid: mapId(gidMappings, gid) ?? gid };
}

function compileConsole(spec: Spec, userNamespace: UserNamespace): Step[] {
  const { terminal, consoleSize, user } = spec.process;
  if (!terminal) return [];
  return [
    {
      op: "console",
      rows: consoleSize?.height ?? 24,
      columns: consoleSize?.width ?? 80,
      uid: locateUser(user, userNamespace).uid,
      device: "/dev/console",
    },
  ];
}

function compileNames(spec: Spec): Step[] {
  const steps: Step[] = [];
  if (spec.hostname !== undefined) steps.push({ op: "hostname", name: spec.hostname });
  if (spec.domainname !== undefined) steps.push({ op: "domainname", name: spec.domainname });
  return steps;
}

/** How a process gets into a container's cgroup. */
export function compileAttachment(location: CgroupLocation): Pick<Plan, "cgroups"> {
  if (location.version === 2) {
    return { cgroups: { version: 2, path: location.directory } };
  }
  const directories = new Set(Object.values(location.directories));
  return {
    cgroups: {
      version: 1,
      procs: [...directories].map((directory) => `${directory}/cgroup.procs`),
    },
  };
}
