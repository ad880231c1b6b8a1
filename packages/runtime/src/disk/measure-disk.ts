import { type ImageDetails, ImageStore, resolveDirectories } from "@dockher/rootfs";
import type { RuntimeError } from "../error.js";
import { type ContainerSummary, listContainers } from "../kept/list-containers.js";
import { measureContainer } from "../kept/measure-container.js";
import type { Directories } from "../options.js";
import { locateState } from "../state/claim.js";
import { findImageUsers } from "../state/find-image-users.js";
import { findVolumeUsers } from "../volumes/find-volume-users.js";
import { listVolumes } from "../volumes/list-volumes.js";
import { measureVolume } from "../volumes/measure-volume.js";
import type { Volume } from "../volumes/volume.js";

export interface MeasureDiskOptions {
  directories?: Partial<Directories>;
  /** Told of each thing that cannot be read, which is left out. */
  onDamaged?: (error: Error) => void;
  signal?: AbortSignal;
}

/** An image on disk; sizes in bytes. */
export interface ImageUsage extends ImageDetails {
  /** Of its layers that other images have too. */
  shared: number;
  /** How many have it. */
  containers: number;
}

/** A kept container on disk. */
export interface ContainerUsage extends ContainerSummary {
  /** Bytes of the files that it has written. */
  written: number;
  /** The names of its volumes. */
  volumes: string[];
}

/** A volume on disk. */
export interface VolumeUsage extends Volume {
  /** Bytes of its files. */
  size: number;
  /** How many mount it, running or not. */
  containers: number;
}

export interface DiskUsage {
  images: ImageUsage[];
  containers: ContainerUsage[];
  volumes: VolumeUsage[];
}

/** What there is on disk, and how much. What is removed meanwhile is left out. */
export async function measureDisk(options: MeasureDiskOptions = {}): Promise<DiskUsage> {
  const directories = resolveDirectories(options.directories ?? {});
  const given = { ...options, directories };
  const users = [...findVolumeUsers(locateState(directories.root))];
  const containers: ContainerUsage[] = [];
  for (const container of listContainers({ ...given, all: true })) {
    options.signal?.throwIfAborted();
    const volumes = users.filter(([, ids]) => ids.includes(container.id)).map(([name]) => name);
    const size = await unlessRemoved(measureContainer({ container: container.id, directories }));
    if (size !== undefined) containers.push({ ...container, written: size.written, volumes });
  }
  const links = new Map(users.map(([name, ids]) => [name, ids.length]));
  const volumes: VolumeUsage[] = [];
  for (const volume of await listVolumes(given)) {
    options.signal?.throwIfAborted();
    const size = await unlessRemoved(measureVolume({ name: volume.name, directories }));
    if (size === undefined) continue;
    volumes.push({ ...volume, size, containers: links.get(volume.name) ?? 0 });
  }
  return { images: await measureImages(directories), containers, volumes };
}

async function measureImages(directories: Directories): Promise<ImageUsage[]> {
  const images = await ImageStore.open(directories).list();
  const counts = new Map<string, number>();
  for (const layer of images.flatMap(({ layers }) => layers)) {
    counts.set(layer, (counts.get(layer) ?? 0) + 1);
  }
  return images.map((image) => {
    const shared = image.layers.reduce((sum, layer, at) => {
      return (counts.get(layer) ?? 0) > 1 ? sum + (image.layerSizes[at] ?? 0) : sum;
    }, 0);
    const users = findImageUsers({ imageId: image.id, directories });
    return { ...image, shared, containers: users.length };
  });
}

const REMOVED = ["CONTAINER_NOT_FOUND", "VOLUME_NOT_FOUND", "ENOENT"];

async function unlessRemoved<T>(measured: Promise<T>): Promise<T | undefined> {
  try {
    return await measured;
  } catch (error) {
    if (REMOVED.includes((error as RuntimeError).code)) return undefined;
    throw error;
  }
}
