import { MountFlag, type Plan } from "@dockher/ns";
import { type OverlayUpper, prepareOverlay } from "@dockher/rootfs";
import { holdTree, type Tree } from "../files/tree.js";
import { explainLaunchFailure } from "../lifecycle/explain-launch-failure.js";
import { launchContainer } from "../lifecycle/launch-container.js";
import { compileRoot } from "../plan/compile-root.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import { type FileNamespace, planUserNamespace } from "../user-namespace/plan-user-namespace.js";

export interface OpenViewOptions {
  source: ResolvedSource;
  /** Where the overlay's own files lie; made where it is missing, removed by the caller. */
  directory: string;
  /** Where what is written goes. */
  upper: OverlayUpper;
  /** The host's, or without root the caller's, in which files are merged. */
  userNamespace: FileNamespace;
  /** Whether the overlay's marks in `upper` are without root's. */
  userAttributes: boolean;
  signal: AbortSignal | undefined;
}

/**
 * Shows the root filesystem of a source as its containers see it. The layers of an image are merged by the kernel, in the mount namespace of a process that
 * does nothing else and dies with this one, so that nothing stays mounted.
 */
export async function openView(options: OpenViewOptions): Promise<Tree & AsyncDisposable> {
  const { source, directory, upper, userNamespace, userAttributes, signal } = options;
  if (source.type === "rootfs") {
    return { root: source.path, [Symbol.asyncDispose]: async () => undefined };
  }
  const { layers } = source.image;
  const overlay = await prepareOverlay({ layers, directory, upper, userAttributes });
  const { namespaces, ...ids } = planUserNamespace(userNamespace);
  const plan: Plan = {
    // Waits for an end of file that never comes.
    args: ["cat"],
    env: ["PATH=/usr/bin:/bin"],
    namespaces: [...namespaces, { type: "mount" }],
    ...ids,
    stdio: [{ kind: "pipe" }, { kind: "null" }, { kind: "null" }],
    steps: [
      { op: "mount", target: "/", flags: MountFlag.MS_REC | MountFlag.MS_PRIVATE },
      ...compileRoot({ root: { type: "overlay", overlay }, userNamespace, slot: 0 }),
    ],
  };
  const holder = await launchContainer({ plan, userNamespace, signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw explainLaunchFailure(error, { plan, userNamespace: userNamespace.type });
  });
  try {
    const tree = holdTree(`/proc/${holder.pid}/root${overlay.target}`);
    return {
      root: tree.root,
      [Symbol.asyncDispose]: async () => {
        tree[Symbol.dispose]();
        await holder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await holder[Symbol.asyncDispose]();
    throw error;
  }
}
