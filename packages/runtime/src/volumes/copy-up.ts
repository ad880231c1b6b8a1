import { closeSync, constants } from "node:fs";
import { opendir, rename } from "node:fs/promises";
import { NsError, openInRoot } from "@dockher/ns";
import { removeTree } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import { copyTree } from "./copy-tree.js";
import { openView } from "./open-view.js";
import { makeStage } from "./stage.js";
import type { VolumeLayout } from "./volume-layout.js";

export interface CopyUpOptions {
  layout: VolumeLayout;
  source: ResolvedSource;
  /** In the source. */
  path: string;
  /** The empty directory to fill. */
  directory: string;
  /** Whether it is to survive that the machine loses power. */
  durable: boolean;
  /** Without root, files cannot keep their owners: what there is to copy is refused. */
  rootless: boolean;
  signal: AbortSignal | undefined;
}

/**
 * Fills an empty directory with what the source has at a path, all of it or nothing: owners, modes, times, extended
 * attributes and hard links, of the directory itself too. Does nothing where the source has no directory there.
 * @throws RuntimeError `COPY_UP_FAILED`, `ROOT_REQUIRED`; the signal's reason when aborted
 */
export async function copyUp(options: CopyUpOptions): Promise<void> {
  const { layout, source, path, directory, durable, signal } = options;
  if (options.rootless) return refuseContent(source, path);
  const stage = await makeStage(layout).catch((error: unknown) => {
    throw wrapSystemError(error, { action: "fill the volume" });
  });
  const copy = `${stage}/copy`;
  try {
    await using view = await openView({
      source,
      directory: `${stage}/view`,
      upper: { type: "memory" },
      // Volumes hold the ids that their containers see.
      userNamespace: { type: "host" },
      userAttributes: false,
      signal,
    });
    const from = openDirectory(view.root, path);
    if (from === undefined) return;
    try {
      await copyTree({ from, to: copy, path, durable, signal });
    } finally {
      closeSync(from);
    }
    // rename(2) takes an empty directory's place in one step.
    await rename(copy, directory);
  } finally {
    await removeTree(stage);
  }
}

/** @throws RuntimeError `ROOT_REQUIRED` where there is something to copy */
function refuseContent(source: ResolvedSource, path: string): void {
  const roots = source.type === "rootfs" ? [source.path] : source.image.layers;
  for (const root of roots) {
    const found = openDirectory(root, path);
    if (found === undefined) continue;
    closeSync(found);
    throw new RuntimeError(
      `failed to fill the volume with the image's ${path}: without root this is not supported yet`,
      { code: "ROOT_REQUIRED", hint: "mount the volume with nocopy, or a tmpfs in its place" },
    );
  }
}

/** Links end inside the root (openat2(2), RESOLVE_IN_ROOT), as they will for the container. */
function openDirectory(root: string, path: string): number | undefined {
  try {
    return openInRoot({ root, path, flags: constants.O_RDONLY | constants.O_DIRECTORY });
  } catch (error) {
    const absent = ["ENOENT", "ENOTDIR", "ELOOP"];
    if (error instanceof NsError && absent.includes(error.errno ?? "")) return undefined;
    throw error;
  }
}

export async function isEmpty(directory: string): Promise<boolean> {
  const entries = await opendir(directory);
  try {
    return (await entries.read()) === null;
  } finally {
    await entries.close();
  }
}
