import { resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import type { Directories } from "../options.js";
import { locateState } from "../state/claim.js";
import { checkVolumeName } from "./check-volume-name.js";
import { findVolumeUsers } from "./find-volume-users.js";
import { type LabelFilter, matchesLabels } from "./label-filter.js";
import { refuseMissing } from "./remove-volume.js";
import { listEntries } from "./stage.js";
import type { Volume } from "./volume.js";
import { readVolume } from "./volume-file.js";
import { locateVolumes } from "./volume-layout.js";

export interface ListVolumesOptions {
  /** Those whose name contains one of these. */
  names?: readonly string[];
  /** Those that all of these apply to. */
  labels?: readonly LabelFilter[];
  /** Those that no running container uses, or with false those that one does. */
  dangling?: boolean;
  directories?: Partial<Directories>;
  /** Called for each volume that cannot be read, which is left out. */
  onDamaged?: (error: RuntimeError) => void;
}

/** The volumes, by name. One that cannot be read spoils nothing for the others. */
export async function listVolumes(options: ListVolumesOptions = {}): Promise<Volume[]> {
  const { root } = resolveDirectories(options.directories ?? {});
  const { names = [], labels = [], dangling } = options;
  const users = dangling === undefined ? undefined : findVolumeUsers(locateState(root));
  const layout = locateVolumes({ root });
  const volumes: Volume[] = [];
  for (const name of (await listEntries(layout)).sort()) {
    if (name.startsWith(".")) continue;
    if (names.length > 0 && !names.some((part) => name.includes(part))) continue;
    if (users !== undefined && users.has(name) === dangling) continue;
    try {
      const volume = await readVolume(layout, name);
      if (volume !== undefined && matchesLabels(volume, labels)) volumes.push(volume);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      options.onDamaged?.(error);
    }
  }
  return volumes;
}

export interface InspectVolumeOptions {
  name: string;
  directories?: Partial<Directories>;
}

/** @throws RuntimeError `VOLUME_NOT_FOUND`, `VOLUME_DAMAGED`, `INVALID_VOLUME_NAME` */
export async function inspectVolume({ name, directories }: InspectVolumeOptions): Promise<Volume> {
  checkVolumeName(name);
  const volume = await readVolume(locateVolumes(directories), name);
  if (volume === undefined) throw refuseMissing(name, "inspect");
  return volume;
}
