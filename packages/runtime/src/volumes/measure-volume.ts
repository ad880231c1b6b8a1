import { type InspectVolumeOptions, inspectVolume } from "./list-volumes.js";
import { measureTree } from "./measure-tree.js";

/**
 * Bytes of the files in a volume.
 * @throws RuntimeError `VOLUME_NOT_FOUND`, `VOLUME_DAMAGED`, `INVALID_VOLUME_NAME`
 */
export async function measureVolume(options: InspectVolumeOptions): Promise<number> {
  return measureTree((await inspectVolume(options)).mountpoint);
}
