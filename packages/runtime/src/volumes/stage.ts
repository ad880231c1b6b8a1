import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { formatIdentity, identifySelf, isAlive, parseIdentity, removeTree } from "@dockher/rootfs";
import { generateContainerId } from "../state/container-id.js";
import type { VolumeLayout } from "./volume-layout.js";

const NEW = ".new.";
const OLD = ".old.";

/** Makes a directory of this process's own, beside the volumes, in which something of a volume is made. */
export async function makeStage(layout: VolumeLayout): Promise<string> {
  // Closed to others: volumes hold setuid programs and what their owners keep there.
  await mkdir(layout.volumes, { recursive: true, mode: 0o700 });
  await removeLeftovers(layout);
  const path = join(layout.volumes, `${NEW}${formatIdentity(identifySelf())}.${makeUnique()}`);
  await mkdir(path, { mode: 0o755 });
  return path;
}

/** Takes a volume away in one step, which needs no space, and then removes it. */
export async function discard(layout: VolumeLayout, path: string): Promise<void> {
  const old = join(layout.volumes, `${OLD}${makeUnique()}`);
  await rename(path, old);
  await removeTree(old);
}

/** Removes what processes that were killed left half made or half removed. */
export async function removeLeftovers(layout: VolumeLayout): Promise<void> {
  for (const name of await listEntries(layout)) {
    if (name.startsWith(OLD) || (name.startsWith(NEW) && !isHeld(name))) {
      await removeTree(join(layout.volumes, name));
    }
  }
}

/** All names in the directory of volumes; none where there is no such directory. */
export async function listEntries(layout: VolumeLayout): Promise<string[]> {
  try {
    return await readdir(layout.volumes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isHeld(name: string): boolean {
  const owner = parseIdentity(name.slice(NEW.length, name.lastIndexOf(".")));
  return owner !== undefined && isAlive(owner);
}

function makeUnique(): string {
  return generateContainerId().slice(0, 16);
}
