import { join } from "node:path";
import { ImageStore, resolveDirectories } from "@dockher/rootfs";
import { measureTree } from "../volumes/measure-tree.js";
import { type ContainerTarget, findContainer } from "./find-container.js";

/** Bytes of files. */
export interface ContainerSize {
  /** What the container has written; nothing of what it has in memory. */
  written: number;
  /** That and its image. */
  total: number;
}

/**
 * How much a container has on disk.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`
 */
export async function measureContainer(target: ContainerTarget): Promise<ContainerSize> {
  const { config, directory } = findContainer(target);
  const store = ImageStore.open(resolveDirectories(target.directories ?? {}));
  const image =
    config.imageId === undefined
      ? undefined
      : await store.inspect(config.imageId).catch(() => undefined);
  const written = await measureTree(join(directory, "upper")).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return 0;
      throw error;
    },
  );
  return { written, total: written + (image?.size ?? 0) };
}
