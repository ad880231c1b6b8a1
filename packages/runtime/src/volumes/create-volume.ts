import { chmod, mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { recordVolumeEvent } from "../events/journal.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import type { Directories } from "../options.js";
import { generateContainerId } from "../state/container-id.js";
import { checkVolumeName } from "./check-volume-name.js";
import { makeStage } from "./stage.js";
import { ANONYMOUS_LABEL, type Volume } from "./volume.js";
import { readVolume, writeVolumeFile } from "./volume-file.js";
import { locateVolume, locateVolumes, type VolumeLayout } from "./volume-layout.js";

export interface CreateVolumeOptions {
  /** Without one, the volume gets 64 hexadecimal digits and counts as anonymous. */
  name?: string;
  labels?: Readonly<Record<string, string>>;
  /** Only `local`, the default, is there. */
  driver?: string;
  directories?: Partial<Directories>;
}

/**
 * Makes a volume, whole or not at all. One of that name that is there already is given back as it is.
 * @throws RuntimeError `INVALID_VOLUME_NAME`, `VOLUME_DRIVER_NOT_FOUND`, `VOLUME_EXISTS` where the one that is there has not
 * these labels, `VOLUME_DAMAGED`, `CREATE_FAILED`
 */
export async function createVolume(options: CreateVolumeOptions = {}): Promise<Volume> {
  const { name, labels = {}, driver = "local" } = options;
  if (name !== undefined) checkVolumeName(name);
  if (driver !== "local") {
    throw new RuntimeError(
      `failed to create the volume: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
      { code: "VOLUME_DRIVER_NOT_FOUND", hint: "leave the driver out: local is the only one" },
    );
  }
  const layout = locateVolumes(options.directories);
  const volume = await makeVolume({
    layout,
    name: name ?? generateContainerId(),
    labels: name === undefined ? { ...labels, [ANONYMOUS_LABEL]: "" } : labels,
  });
  for (const [label, value] of Object.entries(labels)) {
    if (volume.labels[label] !== value) throw refuseExisting(volume, label);
  }
  return volume;
}

export interface MakeVolumeOptions {
  layout: VolumeLayout;
  name: string;
  labels: Readonly<Record<string, string>>;
}

/** As {@link createVolume}, with a checked name; one that is there already keeps its labels. */
export async function makeVolume({ layout, name, labels }: MakeVolumeOptions): Promise<Volume> {
  for (;;) {
    const found = await readVolume(layout, name);
    if (found !== undefined) return found;
    try {
      await placeVolume({ layout, name, labels });
    } catch (error) {
      throw wrapSystemError(error, { action: `create volume ${name}` });
    }
  }
}

/** One rename makes it appear, or finds that another process was faster. */
async function placeVolume({ layout, name, labels }: MakeVolumeOptions): Promise<void> {
  const stage = await makeStage(layout);
  try {
    const data = join(stage, "_data");
    await mkdir(data);
    // Whatever the caller's umask is.
    await chmod(data, 0o755);
    await writeVolumeFile(stage, labels);
    await rename(stage, locateVolume(layout, name));
    recordVolumeEvent(layout, name, "create");
  } catch (error) {
    await removeTree(stage);
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
  await syncDirectory(layout.volumes);
}

/** Makes the names in a directory durable. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function refuseExisting({ name }: Volume, label: string): RuntimeError {
  return new RuntimeError(
    `failed to create volume ${name}: there is one, and its label "${label}" is another`,
    { code: "VOLUME_EXISTS", hint: "leave the labels out, or remove that volume first" },
  );
}
