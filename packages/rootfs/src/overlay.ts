import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Mount } from "@dockher/spec";
import { hasErrno, RootfsError } from "./error.js";
import { removeTree } from "./remove-tree.js";

/** Where a container's changes go. */
export type OverlayUpper =
  /** On disk, kept until {@link Overlay.release}. */
  | { type: "disk"; lifetime: "container" }
  /** On disk, but never synced: for containers that are removed when they end (`volatile`). */
  | { type: "disk"; lifetime: "run" }
  /** In memory, gone with the mount namespace; counts as the container's memory. */
  | { type: "memory"; sizeBytes?: number };

export interface PrepareOverlayOptions {
  /** The layers' directories, lowest first, as {@link Image.layers}. */
  layers: readonly string[];
  /** The container's own directory, absolute; the overlay makes its files below it. */
  directory: string;
  upper: OverlayUpper;
  /**
   * The overlay's own notes lie in `user.*` attributes: only root of the machine may write `trusted.*`. Linux 5.11.
   * Default: unless this process is root.
   */
  userAttributes?: boolean;
}

/** A directory to make once the mounts before it are in place. */
export interface MakeDirectoryStep {
  type: "directory";
  path: string;
  mode: number;
}

/** A mount whose `destination` is a path of the host, seen in the container's mount namespace. */
export interface MountStep {
  type: "mount";
  mount: Mount;
}

/** What to do, in this order, in the container's own mount namespace before pivot_root(2). */
export interface Overlay extends AsyncDisposable {
  steps: (MountStep | MakeDirectoryStep)[];
  /** Where the merged tree appears; exists, and is empty on the host. */
  target: string;
  lowerdir: string[];
  upperdir: string;
  workdir: string;
  /** Removes all that the overlay made, whatever the container left there. */
  release(): Promise<void>;
}

/** mount(2): the data is at most one page, with its final zero byte. */
const OPTIONS_LIMIT = 4095;

/**
 * Makes the directories of a container's overlay and says how to mount it. Mounts nothing: the
 * mount lives in the container's mount namespace only, so that nothing is left when it ends.
 * @throws RootfsError `OVERLAY_INVALID`, `OVERLAY_OPTIONS_TOO_LONG`
 */
export async function prepareOverlay(options: PrepareOverlayOptions): Promise<Overlay> {
  const { directory, layers, upper } = options;
  if (layers.length === 0) {
    throw new RootfsError("failed to prepare overlay: the image has no layers", {
      code: "OVERLAY_INVALID",
    });
  }
  const base = upper.type === "memory" ? join(directory, "memory") : directory;
  const upperdir = join(base, "upper");
  const workdir = join(base, "work");
  const target = join(directory, "rootfs");
  // The topmost comes first in lowerdir.
  const lowerdir = layers.toReversed();
  const data = [
    `lowerdir=${lowerdir.map(escapeLayer).join(":")}`,
    `upperdir=${escapeOption(upperdir)}`,
    `workdir=${escapeOption(workdir)}`,
  ];
  if (upper.type === "disk" && upper.lifetime === "run") data.push("volatile");
  if (options.userAttributes ?? process.geteuid?.() !== 0) data.push("userxattr");
  if (Buffer.byteLength(data.join(",")) > OPTIONS_LIMIT) {
    throw new RootfsError(
      `failed to prepare overlay: its options are longer than ${OPTIONS_LIMIT} bytes`,
      { code: "OVERLAY_OPTIONS_TOO_LONG", hint: "choose a shorter data directory with --root" },
    );
  }

  const steps: Overlay["steps"] = [];
  await mkdir(target, { recursive: true });
  if (upper.type === "memory") {
    await mkdir(base, { recursive: true });
    steps.push(
      { type: "mount", mount: describeMemory(base, upper.sizeBytes) },
      { type: "directory", path: upperdir, mode: 0o755 },
      { type: "directory", path: workdir, mode: 0o755 },
    );
  } else {
    await mkdir(upperdir, { recursive: true, mode: 0o755 });
    await makeEmpty(workdir);
  }
  steps.push({
    type: "mount",
    mount: { destination: target, type: "overlay", source: "overlay", options: data },
  });

  const release = async (): Promise<void> => {
    for (const path of [upperdir, workdir]) await removeTree(path);
    if (upper.type === "memory") await removeTree(base);
    await removeTree(target);
  };
  return { steps, target, lowerdir, upperdir, workdir, release, [Symbol.asyncDispose]: release };
}

/**
 * A volatile mount leaves work/incompat/volatile, with which no later mount is allowed; the work directory holds nothing
 * between mounts (kernel, filesystems/overlayfs, "Volatile mount").
 */
async function makeEmpty(workdir: string): Promise<void> {
  try {
    await mkdir(workdir, { mode: 0o755 });
  } catch (error) {
    if (!hasErrno(error, "EEXIST")) throw error;
    await removeTree(workdir);
    await mkdir(workdir, { mode: 0o755 });
  }
}

function describeMemory(destination: string, sizeBytes: number | undefined): Mount {
  const size = sizeBytes === undefined ? [] : [`size=${sizeBytes}`];
  return { destination, type: "tmpfs", source: "tmpfs", options: ["mode=0700", ...size] };
}

/** overlayfs takes a backslash before what would end a value: `\` itself and the comma. */
function escapeOption(path: string): string {
  return path.replace(/[\\,]/g, "\\$&");
}

function escapeLayer(path: string): string {
  return path.replace(/[\\,:]/g, "\\$&");
}
