import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { readEntry, type Tree } from "../files/tree.js";
import { resolveSource } from "../source/resolve-source.js";
import { NETWORK_FILES } from "../source/write-network-files.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { openFiles } from "./open-files.js";

/** Docker's words. */
export interface FileChange {
  /** From the container's `/`. */
  path: string;
  kind: "added" | "changed" | "deleted";
}

/**
 * How the files of a container differ from its image's, sorted by path. What is mounted in it is not its own.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `DIFF_UNAVAILABLE` where there is no image, or the changes are in memory
 */
export async function diffContainer(target: ContainerTarget): Promise<FileChange[]> {
  const { config, directory } = findContainer(target);
  const layers = await listLayers(config, target);
  await using files = await openFiles(target);
  const walk = new Walk({ upper: join(directory, "upper"), layers, merged: files });
  walk.compare("/");
  const mounted = new Set([...NETWORK_FILES, ...config.mounts.map((mount) => mount.target)]);
  const changes = walk.changes.filter(({ path }) => !mounted.has(path));
  return changes.sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function listLayers(
  { name, options }: KeptContainer["config"],
  { directories = {} }: ContainerTarget,
): Promise<string[]> {
  const source = await resolveSource({ ...options, directories: resolveDirectories(directories) });
  if (source.type === "image" && source.upper !== "memory") return source.image.layers.toReversed();
  const reason = source.type === "image" ? "its changes are in memory" : "it has no image";
  throw new RuntimeError(`failed to compare container ${name}: ${reason}`, {
    code: "DIFF_UNAVAILABLE",
  });
}

interface WalkOptions {
  /** What the container has written. */
  upper: string;
  /** The image's, the topmost first. */
  layers: readonly string[];
  /** Both, as the kernel merges them. */
  merged: Tree;
}

class Walk {
  readonly changes: FileChange[] = [];
  readonly #options: WalkOptions;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** Each directory that the container wrote in: the names that it added, changed and took away. */
  compare(directory: string): void {
    const { upper, merged } = this.#options;
    const own = readNames(join(upper, directory));
    for (const name of own) {
      const path = join(directory, name);
      const stats = lstatSync(join(upper, path));
      const before = this.#findInImage(path);
      if (isWhiteout(stats)) {
        if (before !== undefined) this.changes.push({ path, kind: "deleted" });
        continue;
      }
      this.changes.push({ path, kind: before === undefined ? "added" : "changed" });
      if (stats.isDirectory()) this.compare(path);
    }
    // A directory that was removed and made anew hides what the image has there (kernel, overlayfs, "opaque").
    for (const name of this.#listInImage(directory)) {
      const path = join(directory, name);
      if (own.has(name) || readEntry(merged, path, { follow: false }) !== undefined) continue;
      this.changes.push({ path, kind: "deleted" });
    }
  }

  #findInImage(path: string): Stats | undefined {
    for (const layer of this.#options.layers) {
      const stats = lstatSync(join(layer, path), { throwIfNoEntry: false });
      if (stats !== undefined) return isWhiteout(stats) ? undefined : stats;
    }
    return undefined;
  }

  #listInImage(directory: string): Set<string> {
    if (this.#findInImage(directory)?.isDirectory() !== true) return new Set();
    const names = this.#options.layers.flatMap((layer) => [...readNames(join(layer, directory))]);
    return new Set(names.filter((name) => this.#findInImage(join(directory, name)) !== undefined));
  }
}

/** What overlayfs leaves of a name that was removed. */
function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

function readNames(directory: string): Set<string> {
  try {
    return new Set(readdirSync(directory));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return new Set();
    throw error;
  }
}
