import { readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { ImageSpec } from "@dockher/spec";
import { chainLayers } from "./chain.js";
import {
  type ResolveDirectoriesOptions,
  resolveDirectories,
  type StoreDirectories,
} from "./directories.js";
import { hasErrno, RootfsError } from "./error.js";
import { acquireLock, type Lock } from "./lock.js";
import { formatReference, type ImageReference, parseReference } from "./reference.js";
import { listAll, listVisible, parseStored, readIfPresent, readImageId } from "./store-files.js";
import {
  layOutStore,
  locateConfig,
  locateLayer,
  locateReference,
  type StoreLayout,
} from "./store-layout.js";
import { emptyTrash, moveToTrash } from "./trash.js";
import { writeWhole } from "./write-whole.js";

/** What it takes to start a container: found by reading two small files. */
export interface Image {
  /** `sha256:<hex>` of the configuration. */
  id: string;
  config: ImageSpec;
  /** The layers' directories, absolute, lowest first. */
  layers: string[];
}

/** An image with what people want to know about it. */
export interface ImageDetails extends Image {
  /** `name:tag`, sorted; more than one where an image has several names. */
  references: string[];
  /** Bytes of the files of each layer, lowest first. */
  layerSizes: number[];
  /** Of all of them. */
  size: number;
  created: Date;
}

export interface RemoveImageOptions {
  /**
   * The ids of the containers that use the image. Asked before the image goes and once more after
   * its name is gone: who makes a container records it first, and then looks the image up again.
   */
  findUsers?: (image: Image) => readonly string[] | Promise<readonly string[]>;
  signal?: AbortSignal | undefined;
}

export interface RemovedImage {
  untagged: string[];
  /** The id, where no name is left and the image itself was deleted. */
  deleted?: string;
}

/** The images of one data directory. Reading takes no lock; each file is whole at any time. */
export class ImageStore {
  readonly directories: StoreDirectories;
  readonly layout: StoreLayout;

  constructor(directories: StoreDirectories) {
    this.directories = directories;
    this.layout = layOutStore(directories.root);
  }

  /** Names the store; nothing is read or made until it is needed. */
  static open(options: ResolveDirectoriesOptions = {}): ImageStore {
    return new ImageStore(resolveDirectories(options));
  }

  /**
   * The image behind `name[:tag]`, an id or an unambiguous beginning of one; undefined if there is none.
   * @throws RootfsError `IMAGE_REFERENCE_INVALID`, `IMAGE_AMBIGUOUS`, `STORE_DAMAGED`
   */
  async find(image: string): Promise<Image | undefined> {
    const id = await this.#findId(image);
    return id === undefined ? undefined : this.#readImage(id);
  }

  /** As {@link find}, with all there is to know. @throws RootfsError also `IMAGE_NOT_FOUND` */
  async inspect(image: string): Promise<ImageDetails> {
    const found = await this.find(image);
    if (!found) {
      throw new RootfsError(`failed to find image ${JSON.stringify(image)}: no such image`, {
        code: "IMAGE_NOT_FOUND",
        hint: "make it with dockher image bootstrap, or see dockher image ls",
      });
    }
    return this.#describe(found, await this.#readReferences());
  }

  /** All images, newest first. */
  async list(): Promise<ImageDetails[]> {
    const references = await this.#readReferences();
    const images: ImageDetails[] = [];
    for (const id of await this.#listIds()) {
      const image = await this.#readImage(id);
      if (image) images.push(await this.#describe(image, references));
    }
    return images.sort((a, b) => b.created.getTime() - a.created.getTime());
  }

  /**
   * Removes a name, and with the last name the image and the layers that no other image has.
   * An id removes all names.
   * @throws RootfsError `IMAGE_NOT_FOUND`, `IMAGE_IN_USE`
   */
  async remove(image: string, options: RemoveImageOptions = {}): Promise<RemovedImage> {
    const removed = await this.#removeLocked(image, options);
    await emptyTrash(this.layout);
    return removed;
  }

  /** Gives an image a name, taking the name from any image that had it. */
  async tag(id: string, reference: ImageReference): Promise<void> {
    await writeWhole(locateReference(this.layout, reference), `${JSON.stringify({ image: id })}\n`);
  }

  /** Excludes other changes of the store: held while images come and go, not while they are made. */
  async lock(signal?: AbortSignal): Promise<Lock> {
    return acquireLock({ directory: join(this.layout.locks, "store"), signal });
  }

  /**
   * Clears what killed processes left: temporary files, and layers that no image has (to the trash).
   * The caller holds the store's lock, under which alone images and names are written.
   */
  async collectGarbage(): Promise<void> {
    const { refs, configs, layers } = this.layout;
    const named = (await listVisible(refs)).map((name) => join(refs, name));
    for (const directory of [configs, ...named]) {
      for (const name of await listAll(directory)) {
        if (name.startsWith(".")) await rm(join(directory, name), { force: true });
      }
    }
    const kept = new Set<string>();
    for (const id of await this.#listIds()) {
      for (const layer of (await this.#readImage(id))?.layers ?? []) kept.add(layer);
    }
    for (const name of await listVisible(layers)) {
      const layer = join(layers, name);
      if (!kept.has(join(layer, "diff"))) await moveToTrash(this.layout, layer);
    }
  }

  async #removeLocked(name: string, options: RemoveImageOptions): Promise<RemovedImage> {
    await using _lock = await this.lock(options.signal);
    const image = await this.inspect(name);
    const named = image.references.find((reference) => reference === normalize(name));
    const untagged = named ? [named] : image.references;
    const last = untagged.length === image.references.length;
    const refuseUsed = async (): Promise<void> => {
      const users = last ? ((await options.findUsers?.(image)) ?? []) : [];
      if (users.length > 0) throw refuseInUse(name, users);
    };
    await refuseUsed();
    for (const reference of untagged) await this.#untag(parseReference(reference));
    if (!last) return { untagged };

    const path = locateConfig(this.layout, image.id);
    const config = await readFile(path);
    await rm(path);
    try {
      await refuseUsed();
    } catch (error) {
      await writeWhole(path, config);
      for (const reference of untagged) await this.tag(image.id, parseReference(reference));
      throw error;
    }
    await this.collectGarbage();
    return { untagged, deleted: image.id };
  }

  async #untag(reference: ImageReference): Promise<void> {
    await rm(locateReference(this.layout, reference));
    try {
      await rmdir(join(this.layout.refs, reference.name));
    } catch (error) {
      if (!hasErrno(error, "ENOTEMPTY", "ENOENT", "EEXIST")) throw error;
    }
  }

  async #findId(image: string): Promise<string | undefined> {
    if (!image.startsWith("sha256:")) {
      const path = locateReference(this.layout, parseReference(image));
      const text = readIfPresent(path);
      if (text !== undefined) return readImageId(path, text);
    }
    // A whole id needs no search: every command that enters a container names its image so.
    if (/^sha256:[0-9a-f]{64}$/.test(image)) return image;
    const prefix = /^(?:sha256:)?([0-9a-f]{4,64})$/.exec(image)?.[1];
    if (prefix === undefined) {
      if (image.startsWith("sha256:")) parseReference(image);
      return undefined;
    }
    const ids = (await this.#listIds()).filter((id) => id.startsWith(`sha256:${prefix}`));
    if (ids.length > 1) {
      throw new RootfsError(`failed to find image ${image}: more than one id begins like this`, {
        code: "IMAGE_AMBIGUOUS",
        hint: "give more digits of the id",
      });
    }
    return ids[0];
  }

  async #listIds(): Promise<string[]> {
    const names = await listVisible(this.layout.configs);
    return names.map((name) => `sha256:${name.replace(/\.json$/, "")}`);
  }

  async #readImage(id: string): Promise<Image | undefined> {
    const path = locateConfig(this.layout, id);
    const text = readIfPresent(path);
    if (text === undefined) return undefined;
    const config = parseStored(path, text) as ImageSpec;
    const layers = (await chainLayers(config.rootfs.diff_ids)).map((chainId) =>
      join(locateLayer(this.layout, chainId), "diff"),
    );
    return { id, config, layers };
  }

  async #describe(image: Image, references: Map<string, string[]>): Promise<ImageDetails> {
    const layerSizes: number[] = [];
    for (const layer of image.layers) {
      const path = join(layer, "..", "layer.json");
      const text = readIfPresent(path);
      layerSizes.push(text === undefined ? 0 : (parseStored(path, text) as { size: number }).size);
    }
    return {
      ...image,
      references: (references.get(image.id) ?? []).sort(),
      layerSizes,
      size: layerSizes.reduce((sum, size) => sum + size, 0),
      created: new Date(image.config.created ?? 0),
    };
  }

  /** The names of each image by its id. */
  async #readReferences(): Promise<Map<string, string[]>> {
    const references = new Map<string, string[]>();
    for (const name of await listVisible(this.layout.refs)) {
      for (const tag of await listVisible(join(this.layout.refs, name))) {
        const path = locateReference(this.layout, { name, tag });
        const text = readIfPresent(path);
        if (text === undefined) continue;
        const id = readImageId(path, text);
        references.set(id, [...(references.get(id) ?? []), formatReference({ name, tag })]);
      }
    }
    return references;
  }
}

function normalize(name: string): string | undefined {
  return name.startsWith("sha256:") ? undefined : formatReference(parseReference(name));
}

function refuseInUse(name: string, users: readonly string[]): RootfsError {
  const shown = users.slice(0, 3).map((user) => user.slice(0, 12));
  const more = users.length > shown.length ? ` and ${users.length - shown.length} more` : "";
  return new RootfsError(
    `failed to remove image ${name}: container ${shown.join(", ")}${more} uses it`,
    { code: "IMAGE_IN_USE", hint: "remove the container first" },
  );
}
