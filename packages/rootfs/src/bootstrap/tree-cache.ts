import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, RootfsError } from "../error.js";
import { removeTree } from "../remove-tree.js";
import { makeUnique, syncDirectory, writeWhole } from "../write-whole.js";
import {
  type ArchiveSummary,
  type Compression,
  chooseCompression,
  packTree,
  unpackTree,
} from "./archive.js";

/** What is told about a kept archive, beside it. */
interface Entry extends ArchiveSummary {
  file: string;
  compression: Compression;
}

/**
 * Finished root filesystems, compressed, below `<cache>/trees`: `<slot>.<key>.json` describes the
 * archive that lies beside it, and is written last. A slot is a recipe with its options, a key says
 * what the slot was made from; each slot keeps its newest archive only.
 */
export class TreeCache {
  readonly #directory: string;

  constructor(cache: string) {
    this.#directory = join(cache, "trees");
  }

  /**
   * Unpacks the archive of this key into an empty directory; undefined where there is none.
   * An archive that does not have its digest any more is deleted.
   * @throws RootfsError `NO_SPACE`, or the signal's reason
   */
  async restore(
    slot: string,
    key: string,
    tree: string,
    signal?: AbortSignal,
  ): Promise<ArchiveSummary | undefined> {
    const entry = await this.#readEntry(slot, key);
    if (!entry) return undefined;
    const path = join(this.#directory, entry.file);
    try {
      const found = await unpackTree({ path, compression: entry.compression }, tree, signal);
      if (found.diffId === entry.diffId) return found;
    } catch (error) {
      if (signal?.aborted || (error instanceof RootfsError && error.code === "NO_SPACE"))
        throw error;
    }
    await this.#drop(slot, undefined);
    await removeTree(tree);
    await mkdir(tree);
    return undefined;
  }

  /** Archives a tree under a key and forgets the slot's older archives. */
  async keep(
    slot: string,
    key: string,
    tree: string,
    signal?: AbortSignal,
  ): Promise<ArchiveSummary> {
    await mkdir(this.#directory, { recursive: true });
    const compression = await chooseCompression();
    const file = `${slot}.${key}.${makeUnique()}.tar.${compression === "zstd" ? "zst" : "gz"}`;
    const temporary = join(this.#directory, `.${file}`);
    try {
      const summary = await packTree(tree, { path: temporary, compression }, signal);
      await rename(temporary, join(this.#directory, file));
      await syncDirectory(this.#directory);
      const entry: Entry = { ...summary, file, compression };
      await writeWhole(this.#locate(slot, key), `${JSON.stringify(entry)}\n`);
      await this.#drop(slot, file);
      return summary;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #locate(slot: string, key: string): string {
    return join(this.#directory, `${slot}.${key}.json`);
  }

  async #readEntry(slot: string, key: string): Promise<Entry | undefined> {
    try {
      return JSON.parse(await readFile(this.#locate(slot, key), "utf8")) as Entry;
    } catch (error) {
      if (error instanceof SyntaxError || hasErrno(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** Removes a slot's archives but one, with those that a killed process left half written. */
  async #drop(slot: string, kept: string | undefined): Promise<void> {
    const keptKey = kept?.split(".")[1];
    for (const name of await readdir(this.#directory)) {
      const [owner, key] = name.replace(/^\./, "").split(".");
      if (owner !== slot || name === kept) continue;
      if (name.endsWith(".json") && key === keptKey) continue;
      await rm(join(this.#directory, name), { force: true });
    }
  }
}
