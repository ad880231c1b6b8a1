import { join } from "node:path";
import { resolveDirectories } from "@dockher/rootfs";
import type { Directories } from "../options.js";

/**
 * Where volumes lie below `<root>/volumes`, all on one file system so that each can be renamed. Names of volumes begin with a
 * letter or a digit:
 *
 *     NAME/volume.json          see volume-file.ts; NAME is also what is locked, see volume-lock.ts
 *     NAME/_data                what containers see
 *     .new.OWNER.RANDOM         in the making; the name tells whose
 *     .old.RANDOM               on its way out
 */
export interface VolumeLayout {
  volumes: string;
}

export function locateVolumes(directories: Partial<Directories> = {}): VolumeLayout {
  return { volumes: join(resolveDirectories(directories).root, "volumes") };
}

export function locateVolume(layout: VolumeLayout, name: string): string {
  return join(layout.volumes, name);
}

export function locateVolumeData(layout: VolumeLayout, name: string): string {
  return join(layout.volumes, name, "_data");
}

export function locateVolumeFile(directory: string): string {
  return join(directory, "volume.json");
}
