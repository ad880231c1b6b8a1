import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digest } from "../src/digest.js";
import type { ImageStore } from "../src/image-store.js";
import { parseReference } from "../src/reference.js";
import { locateConfig, locateLayer } from "../src/store-layout.js";
import { writeWhole } from "../src/write-whole.js";

/** Puts an image with one file into a store, and gives its id. */
export async function makeImage(
  store: ImageStore,
  reference: string,
  options: { layer?: string; created?: string } = {},
): Promise<string> {
  const diffId = digest(options.layer ?? reference);
  const layer = locateLayer(store.layout, diffId);
  await mkdir(join(layer, "diff"), { recursive: true });
  await writeFile(join(layer, "diff/name"), reference);
  await writeFile(join(layer, "layer.json"), '{"size":7}');
  const text = JSON.stringify({
    created: options.created ?? "2030-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config: { Labels: { name: reference } },
    rootfs: { type: "layers", diff_ids: [diffId] },
  });
  const id = digest(text);
  await writeWhole(locateConfig(store.layout, id), text);
  await store.tag(id, parseReference(reference));
  return id;
}
