import { closeSync, constants } from "node:fs";
import { opendir } from "node:fs/promises";
import { NsError, O_PATH, openInRoot } from "@dockher/ns";
import { removeTree } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import type { FileNamespace } from "../user-namespace/plan-user-namespace.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { copyTree, placeCopy } from "./copy-tree.js";
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
  /** The container's: without root it is one like it that files are read and given away in. */
  userNamespace: UserNamespace;
  signal: AbortSignal | undefined;
}

/**
 * Fills an empty directory with what the source has at a path, all of it or nothing: owners, modes, times, extended
 * attributes and hard links, of the directory itself too. Does nothing where the source has no directory there.
 * @throws RuntimeError `COPY_UP_FAILED`; the signal's reason when aborted
 */
export async function copyUp(options: CopyUpOptions): Promise<void> {
  const { layout, source, path, directory, durable, signal } = options;
  // A container of root's with ids of its own mounts volumes with the ids that it sees.
  const userNamespace: FileNamespace =
    options.userNamespace.type === "rootless" ? options.userNamespace : { type: "host" };
  const stage = await makeStage(layout).catch((error: unknown) => {
    throw wrapSystemError(error, { action: "fill the volume" });
  });
  const copy = `${stage}/copy`;
  try {
    await using view = await openView({
      source,
      directory: `${stage}/view`,
      upper: { type: "memory" },
      userNamespace,
      userAttributes: userNamespace.type === "rootless",
      signal,
    });
    const from = openDirectory(view.root, path);
    if (from === undefined) return;
    try {
      const options = { from, to: copy, path, durable, userNamespace, signal };
      await copyTree(options);
      await placeCopy({ ...options, target: directory });
    } finally {
      closeSync(from);
    }
  } finally {
    await removeTree(stage);
  }
}

/** Links end inside the root (openat2(2), RESOLVE_IN_ROOT), as they will for the container. */
function openDirectory(root: string, path: string): number | undefined {
  try {
    // Not for reading: without root it may be closed to the caller, and open to who reads it.
    return openInRoot({ root, path, flags: O_PATH | constants.O_DIRECTORY });
  } catch (error) {
    const absent = ["ENOENT", "ENOTDIR", "ELOOP"];
    const { errno = "" } = error instanceof NsError ? error : {};
    if (absent.includes(errno)) return undefined;
    if (errno === "EACCES") throw refuseClosed(path, error);
    throw error;
  }
}

function refuseClosed(path: string, cause: unknown): RuntimeError {
  return new RuntimeError(
    `failed to copy the image's ${path} to the volume: a directory above it is closed to this user`,
    {
      code: "COPY_UP_FAILED",
      hint: "mount the volume with nocopy to start with an empty one",
      cause,
    },
  );
}

/** Whether there is nothing in a volume. One that is closed to this user was filled for a container's. */
export async function isEmpty(directory: string): Promise<boolean> {
  const entries = await opendir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EACCES") throw error;
  });
  if (entries === undefined) return false;
  try {
    return (await entries.read()) === null;
  } finally {
    await entries.close();
  }
}
