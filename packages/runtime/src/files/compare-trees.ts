import type { BigIntStats } from "node:fs";
import { posix } from "node:path";
import type { HeldDirectory } from "./held-directory.js";

/** Docker's words. */
export interface FileChange {
  /** From the container's `/`. */
  path: string;
  kind: "added" | "changed" | "deleted";
}

/** The same directory in each of the trees. */
interface Level {
  /** What was written over the layers. */
  upper: HeldDirectory;
  /** The topmost first; those that have it. */
  layers: readonly HeldDirectory[];
  /** All of them, as the kernel merges them; undefined where it has gone meanwhile. */
  merged: HeldDirectory | undefined;
}

export interface CompareTreesOptions extends Level {
  /** Paths that are as if a layer had them. */
  expected: ReadonlySet<string>;
}

/** How what was written over layers (kernel, overlayfs) changes them, sorted by path. */
export function compareTrees(options: CompareTreesOptions): FileChange[] {
  const comparison = new Comparison(options);
  comparison.compare("/", options);
  return comparison.changes.sort((one, other) => (one.path < other.path ? -1 : 1));
}

class Comparison {
  readonly changes: FileChange[] = [];
  readonly #expected: ReadonlySet<string>;

  constructor({ expected }: Pick<CompareTreesOptions, "expected">) {
    this.#expected = expected;
  }

  /** The names that a directory has got, that changed and that it has lost. */
  compare(directory: string, level: Level): void {
    const own = new Set(level.upper.list());
    for (const name of own) {
      const stats = level.upper.stat(name);
      if (stats !== undefined) this.#compareName(posix.join(directory, name), level, stats);
    }
    // A directory that was removed and made anew hides what the layers have there ("opaque").
    const { layers, merged } = level;
    if (merged === undefined) return;
    for (const name of new Set(layers.flatMap((layer) => layer.list()))) {
      if (own.has(name) || merged.stat(name) !== undefined) continue;
      if (find(layers, name) === undefined) continue;
      this.changes.push({ path: posix.join(directory, name), kind: "deleted" });
    }
  }

  #compareName(path: string, level: Level, stats: BigIntStats): void {
    const name = posix.basename(path);
    const expected = this.#expected.has(path) ? stats : undefined;
    const before = find(level.layers, name) ?? expected;
    if (isWhiteout(stats)) {
      if (before !== undefined) this.changes.push({ path, kind: "deleted" });
      return;
    }
    const kind = before === undefined ? "added" : differ(before, stats) ? "changed" : undefined;
    if (kind !== undefined) this.changes.push({ path, kind });
    const count = this.changes.length;
    if (stats.isDirectory()) this.#descend(path, level);
    const changed = this.changes.length > count;
    if (changed && kind === undefined) this.changes.push({ path, kind: "changed" });
  }

  #descend(path: string, level: Level): void {
    const name = posix.basename(path);
    using upper = level.upper.openBelow(name);
    if (upper === undefined) return;
    using merged = level.merged?.openBelow(name);
    const layers = openAll(level.layers, name);
    try {
      this.compare(path, { upper, layers, merged });
    } finally {
      for (const layer of layers) layer[Symbol.dispose]();
    }
  }
}

/** What the layers have under a name, as they are merged. */
function find(layers: readonly HeldDirectory[], name: string): BigIntStats | undefined {
  for (const layer of layers) {
    const stats = layer.stat(name);
    if (stats !== undefined) return isWhiteout(stats) ? undefined : stats;
  }
  return undefined;
}

/** The directories of a name, down to the first layer that has something else there. */
function openAll(layers: readonly HeldDirectory[], name: string): HeldDirectory[] {
  const opened: HeldDirectory[] = [];
  for (const layer of layers) {
    if (layer.stat(name) === undefined) continue;
    const below = layer.openBelow(name);
    if (below === undefined) break;
    opened.push(below);
  }
  return opened;
}

/** What overlayfs leaves of a name that was removed. */
function isWhiteout(stats: BigIntStats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0n;
}

/** As Docker compares: size and time of a directory say nothing. */
function differ(before: BigIntStats, now: BigIntStats): boolean {
  const { mode, uid, gid, rdev, size, mtimeNs } = now;
  if (mode !== before.mode || uid !== before.uid || gid !== before.gid) return true;
  if (rdev !== before.rdev) return true;
  return !now.isDirectory() && (size !== before.size || mtimeNs !== before.mtimeNs);
}
