import { join } from "node:path";
import { resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { recordVolumeEvent } from "../events/journal.js";
import type { Directories } from "../options.js";
import { locateState } from "../state/claim.js";
import { checkVolumeName } from "./check-volume-name.js";
import { findVolumeUsers } from "./find-volume-users.js";
import { discard, removeLeftovers } from "./stage.js";
import { locateVolume, locateVolumes, type VolumeLayout } from "./volume-layout.js";
import { lockVolume } from "./volume-lock.js";

export interface RemoveVolumeOptions {
  name: string;
  directories?: Partial<Directories>;
  signal?: AbortSignal | undefined;
}

/**
 * Removes a volume with all that is in it.
 * @throws RuntimeError `VOLUME_NOT_FOUND`, `VOLUME_IN_USE`; the signal's reason when aborted
 */
export async function removeVolume(options: RemoveVolumeOptions): Promise<void> {
  const { name, signal } = options;
  checkVolumeName(name);
  const { root } = resolveDirectories(options.directories ?? {});
  const layout = locateVolumes({ root });
  await using lock = await lockVolume({ layout, name, signal });
  if (lock === undefined) throw refuseMissing(name, "remove");
  const users = findVolumeUsers(locateState(root)).get(name) ?? [];
  if (users.length > 0) throw refuseUsed(name, users);
  await discard(layout, locateVolume(layout, name));
  recordVolumeEvent(layout, name, "destroy");
  await removeLeftovers(layout);
}

/** Removes a volume that belongs to an ended container alone; nothing where it is gone or was never made. */
export async function removeOwnVolume(layout: VolumeLayout, name: string): Promise<void> {
  try {
    await discard(layout, join(layout.volumes, name));
    recordVolumeEvent(layout, name, "destroy");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

export function refuseMissing(name: string, verb: "remove" | "inspect"): RuntimeError {
  return new RuntimeError(`failed to ${verb} volume ${name}: no such volume`, {
    code: "VOLUME_NOT_FOUND",
    hint: "see: dockher volume ls",
  });
}

function refuseUsed(name: string, users: readonly string[]): RuntimeError {
  return new RuntimeError(
    `failed to remove volume ${name}: volume is in use - [${users.join(", ")}]`,
    { code: "VOLUME_IN_USE", hint: "end the container first" },
  );
}
