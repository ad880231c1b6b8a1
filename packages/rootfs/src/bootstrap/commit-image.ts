import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ImageSpec } from "@dockher/spec";
import { digest } from "../digest.js";
import { hasErrno } from "../error.js";
import type { ImageDetails, ImageStore } from "../image-store.js";
import { formatReference, type ImageReference } from "../reference.js";
import { locateConfig, locateLayer } from "../store-layout.js";
import { syncDirectory, writeWhole } from "../write-whole.js";
import type { ArchiveSummary } from "./archive.js";
import { runCommand } from "./command.js";
import type { Stage } from "./stage.js";

export interface CommitImageOptions {
  store: ImageStore;
  stage: Stage;
  summary: ArchiveSummary;
  config: Omit<ImageSpec, "rootfs">;
  reference: ImageReference;
  signal?: AbortSignal | undefined;
}

/**
 * Makes a staged tree an image: first all data on disk, then layer, configuration and name, each by
 * one rename, so that a name never leads to less than a whole image.
 */
export async function commitImage(options: CommitImageOptions): Promise<ImageDetails> {
  const { store, stage, summary } = options;
  await writeFile(join(stage.layer, "layer.json"), `${JSON.stringify({ size: summary.size })}\n`);
  // syncfs(2) of one file system; an fsync of each of thousands of files takes far longer.
  await runCommand("sync", ["-f", stage.layer], { signal: options.signal });

  const config: ImageSpec = {
    ...options.config,
    rootfs: { type: "layers", diff_ids: [summary.diffId] },
  };
  const text = JSON.stringify(config);
  const id = digest(text);
  await using _lock = await store.lock(options.signal);
  await store.collectGarbage();
  const layer = locateLayer(store.layout, summary.diffId);
  await mkdir(dirname(layer), { recursive: true });
  try {
    await rename(stage.layer, layer);
  } catch (error) {
    // The same tree is there already, from another image.
    if (!hasErrno(error, "ENOTEMPTY", "EEXIST")) throw error;
  }
  await syncDirectory(dirname(layer));
  await writeWhole(locateConfig(store.layout, id), text);
  await store.tag(id, options.reference);
  return store.inspect(formatReference(options.reference));
}
