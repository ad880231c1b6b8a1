import { join } from "node:path";
import type { ImageReference } from "./reference.js";

/**
 * Where things lie below `<root>/images`, all on one file system so that each can be renamed:
 *
 *     refs/<name>/<tag>        {"image": "sha256:…"}
 *     configs/<hex>.json       the OCI image configuration; its sha256 is the image's id
 *     layers/<hex>/diff        the layer's tree; <hex> is its chain id
 *     layers/<hex>/layer.json  {"size": bytes}
 *     stage/<owner>.<random>   trees in the making; the name tells whose
 *     trash/<random>           trees on their way out
 *     locks/<name>             see lock.ts
 */
export interface StoreLayout {
  images: string;
  refs: string;
  configs: string;
  layers: string;
  stage: string;
  trash: string;
  locks: string;
}

export function layOutStore(root: string): StoreLayout {
  const images = join(root, "images");
  const below = (name: string): string => join(images, name);
  return {
    images,
    refs: below("refs"),
    configs: below("configs"),
    layers: below("layers"),
    stage: below("stage"),
    trash: below("trash"),
    locks: below("locks"),
  };
}

export function locateReference(layout: StoreLayout, reference: ImageReference): string {
  return join(layout.refs, reference.name, reference.tag);
}

/** @param id `sha256:<hex>` */
export function locateConfig(layout: StoreLayout, id: string): string {
  return join(layout.configs, `${stripAlgorithm(id)}.json`);
}

/** @param chainId `sha256:<hex>` */
export function locateLayer(layout: StoreLayout, chainId: string): string {
  return join(layout.layers, stripAlgorithm(chainId));
}

/** The hexadecimal part of `sha256:<hex>`. */
export function stripAlgorithm(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1);
}
