import type { CgroupLocation } from "@dockher/cgroup";
import { MountAttribute, MountFlag, type Plan, type Step } from "@dockher/ns";
import type { Overlay } from "@dockher/rootfs";
import type { Spec } from "@dockher/spec";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { compileCredentials } from "./compile-credentials.js";
import { bindDevices, compileDevices } from "./compile-devices.js";
import { compileMounts } from "./compile-mounts.js";
import { parseMountOptions } from "./mount-options.js";

/** Where the container's `/` comes from. */
export type RootPlan = { type: "directory"; path: string } | { type: "overlay"; overlay: Overlay };

export interface CompileOptions {
  spec: Spec;
  root: RootPlan;
  userNamespace: UserNamespace;
  /** Undefined where control groups are disabled. */
  cgroup: CgroupLocation | undefined;
  stdio: Plan["stdio"];
  /** Runs the static init as PID 1. */
  init: boolean;
}

/**
 * Sorts a configuration into the flat plan that the launcher executes.
 * @throws RuntimeError `INVALID_MOUNT`, `MOUNT_SOURCE_NOT_FOUND`
 */
export function compilePlan(options: CompileOptions): Plan {
  const { spec, cgroup, userNamespace } = options;
  const { process, linux = {} } = spec;
  const rootless = userNamespace.type === "rootless";
  const mounts = compileMounts({ mounts: spec.mounts ?? [], cgroup, rootless });
  const devices = rootless
    ? bindDevices(linux.devices ?? [], mounts.slots)
    : { beforePivot: [], afterPivot: compileDevices(linux.devices ?? []) };
  const namespaces = linux.namespaces ?? [];
  return {
    args: process.args,
    env: process.env ?? [],
    umask: process.user.umask ?? 0o022,
    namespaces,
    uidMappings: linux.uidMappings,
    gidMappings: linux.gidMappings,
    setgroups: rootless && userNamespace.single !== undefined ? "deny" : "allow",
    ...(cgroup === undefined ? {} : compileAttachment(cgroup)),
    stdio: options.stdio,
    init: options.init,
    stdioOwner: { uid: process.user.uid, gid: process.user.gid },
    steps: [
      { op: "oom-score-adj", value: process.oomScoreAdj ?? 0 },
      { op: "mount", target: "/", flags: MountFlag.MS_REC | MountFlag.MS_PRIVATE },
      ...compileRoot(options),
      ...mounts.beforePivot,
      ...devices.beforePivot,
      { op: "pivot-root", newRoot: locateRoot(options.root) },
      ...mounts.afterPivot,
      ...devices.afterPivot,
      ...compileConsole(spec),
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
      ...compileCredentials(process, userNamespace),
    ],
  };
}

function locateRoot(root: RootPlan): string {
  return root.type === "directory" ? root.path : root.overlay.target;
}

/** Mounts what becomes `/`; pivot_root(2) wants a mount point. */
function compileRoot({ root }: CompileOptions): Step[] {
  if (root.type === "directory") {
    return [
      {
        op: "mount",
        source: root.path,
        target: root.path,
        flags: MountFlag.MS_BIND | MountFlag.MS_REC,
      },
    ];
  }
  return root.overlay.steps.map((step): Step => {
    if (step.type === "directory") return { op: "mkdir", path: step.path, mode: step.mode };
    const { destination, type = "", source = type, options = [] } = step.mount;
    const { flags, data } = parseMountOptions(options);
    return { op: "mount", source, target: destination, fstype: type, flags, data };
  });
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

function compileConsole(spec: Spec): Step[] {
  const { terminal, consoleSize, user } = spec.process;
  if (!terminal) return [];
  return [
    {
      op: "console",
      rows: consoleSize?.height ?? 24,
      columns: consoleSize?.width ?? 80,
      uid: user.uid,
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

function compileAttachment(location: CgroupLocation): Pick<Plan, "cgroups"> {
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
