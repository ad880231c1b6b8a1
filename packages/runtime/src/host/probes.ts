import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { launch, MountFlag, NsError, type Plan, type Step } from "@dockher/ns";
import { findIdMap, resolveDirectories, tryIdMap } from "@dockher/rootfs";

/** What the kernel said when it was asked to do it; undefined where it did. */
export type Refusal = string | undefined;

/** What was tried in children that are gone again. */
export interface Probes {
  /** A user namespace, and a right that its root has. */
  userNamespace: Refusal;
  /** /proc of one's own in it. */
  proc: Refusal;
  /** The subordinate ids, as newuidmap(1) maps them; also where there are none to map. */
  idMap: Refusal;
  /** An overlay in memory: in a user namespace where we are not root. */
  overlay: Refusal;
  /** A mount of the data directory whose ids are mapped; for root alone. */
  idmappedMount: Refusal;
}

const PRIVATE: Step = { op: "mount", target: "/", flags: MountFlag.MS_REC | MountFlag.MS_PRIVATE };

/** Tries what cannot be read anywhere. All of it happens in mount namespaces of children, so nothing is changed. */
export async function runProbes(): Promise<Probes> {
  const root = process.geteuid?.() === 0;
  const [userNamespace, proc, idMap, overlay, idmappedMount] = await Promise.all([
    tryPlan({ user: true, steps: [PRIVATE] }),
    tryPlan({
      user: true,
      steps: [{ op: "create-mount", slot: 0, fstype: "proc", attributes: 0 }],
    }),
    tryIdMap(),
    tryPlan({ user: !root, steps: [PRIVATE, ...stackOverlay(!root)] }),
    root ? tryPlan({ user: true, steps: [PRIVATE, ...mapDirectory()] }) : undefined,
  ]);
  return { userNamespace, proc, idMap, overlay, idmappedMount };
}

async function tryPlan({ user, steps }: { user: boolean; steps: Step[] }): Promise<Refusal> {
  const plan: Plan = {
    args: ["/bin/true"],
    env: [],
    namespaces: [...(user ? [{ type: "user" } as const] : []), { type: "mount" }, { type: "pid" }],
    ...(user ? describeIds() : {}),
    stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
    steps,
  };
  try {
    await using child = await launch(plan);
    await child.exited;
    return undefined;
  } catch (error) {
    // All steps were done, and that is what was asked.
    if (error instanceof NsError && /^COMMAND_/.test(error.code)) return undefined;
    return (error as Error).message;
  }
}

/** Of the namespace: ourselves as root, which everybody may map. */
function describeIds(): Partial<Plan> {
  const { uidMappings, gidMappings } = findIdMap();
  return {
    uidMappings: uidMappings.slice(0, 1),
    gidMappings: gidMappings.slice(0, 1),
    setgroups: "deny",
  };
}

/** In a tmpfs, which lies over /tmp for this child alone. */
function stackOverlay(userAttributes: boolean): Step[] {
  const base = "/tmp";
  const data = `lowerdir=${base}/lower,upperdir=${base}/upper,workdir=${base}/work`;
  return [
    { op: "mount", source: "tmpfs", target: base, fstype: "tmpfs", flags: 0 },
    ...["lower", "upper", "work", "merged"].map(
      (name): Step => ({ op: "mkdir", path: `${base}/${name}`, mode: 0o755 }),
    ),
    {
      op: "mount",
      source: "overlay",
      target: `${base}/merged`,
      fstype: "overlay",
      flags: 0,
      data: userAttributes ? `${data},userxattr` : data,
    },
  ];
}

function mapDirectory(): Step[] {
  let { root } = resolveDirectories();
  while (!existsSync(root)) root = dirname(root);
  return [
    { op: "open-tree", slot: 0, source: root, recursive: false },
    { op: "set-mount-attributes", slot: 0, set: 0, clear: 0, recursive: false, idmap: true },
    { op: "enter-user-namespace" },
  ];
}
