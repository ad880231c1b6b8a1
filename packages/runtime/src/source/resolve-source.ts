import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { bootstrap, type Image, ImageStore } from "@dockher/rootfs";
import type { ImageConfig } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions, ContainerSource } from "../options.js";
import { checkOptions } from "../spec/check-options.js";

/** Where `/` comes from, found and ready. */
export type ResolvedSource =
  | { type: "rootfs"; path: string; config: ImageConfig }
  | { type: "image"; image: Image; config: ImageConfig; upper: "disk" | "memory" };

/**
 * Finds the image, making it where it is missing and may be made, or checks the root filesystem.
 * @throws RuntimeError `ROOTFS_NOT_FOUND`, `IMAGE_NOT_FOUND`; RootfsError of a failed bootstrap
 */
export async function resolveSource(options: ContainerOptions): Promise<ResolvedSource> {
  const { source } = options;
  if (source.rootfs !== undefined) {
    return { type: "rootfs", path: await checkRootfs(source.rootfs), config: {} };
  }
  const image = await findOrMakeImage(options, source);
  return { type: "image", image, config: image.config.config, upper: source.upper ?? "disk" };
}

async function checkRootfs(rootfs: string): Promise<string> {
  const path = resolve(rootfs);
  const refuse = (reason: string, cause?: unknown): RuntimeError =>
    new RuntimeError(`failed to use root filesystem ${rootfs}: ${reason}`, {
      code: "ROOTFS_NOT_FOUND",
      hint: "name a directory that holds a root filesystem",
      cause,
    });
  if (rootfs === "" || !isAbsolute(path)) throw refuse("the name is empty");
  let directory: boolean;
  try {
    directory = (await stat(path)).isDirectory();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refuse(code === "ENOENT" ? "it does not exist" : message, error);
  }
  if (!directory) throw refuse("it is not a directory");
  return path;
}

async function findOrMakeImage(
  options: ContainerOptions,
  source: ContainerSource & { image: string },
): Promise<Image> {
  const store = ImageStore.open(options.directories);
  const found = await store.find(source.image);
  if (found !== undefined) return found;
  if (source.pull === "never") {
    throw new RuntimeError(
      `failed to find image ${source.image}: there is none, and none may be made`,
      {
        code: "IMAGE_NOT_FOUND",
        hint: `make it: dockher image bootstrap ${source.image}`,
      },
    );
  }
  await checkOptions(options);
  await bootstrap({
    image: source.image,
    store,
    signal: options.signal ?? options.startSignal,
    ...(options.onImageProgress === undefined ? {} : { onProgress: options.onImageProgress }),
  });
  return store.inspect(source.image);
}
