import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { tryLock } from "@dockher/ns";
import type { ContainerConfig } from "../kept/container-config.js";
import { toLogTime } from "../logs/log-time.js";
import type { VolumeLayout } from "../volumes/volume-layout.js";
import type { ContainerEvent } from "./container-event.js";

/** Some ten thousand events; the file before it is kept as well. */
const LARGEST = 4 * 2 ** 20;

export function locateJournal(root: string): string {
  return join(root, "events", "journal");
}

/**
 * Appends an event to the journal: a log in Docker's format, which many processes write, each line by one write(2). What happened
 * has happened: a journal that cannot be written, as on a full disk, is no reason to fail.
 */
export function recordEvent(root: string, event: Omit<ContainerEvent, "time">): void {
  const path = locateJournal(root);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(path, "a", 0o600);
    try {
      const log = `${JSON.stringify(event)}\n`;
      writeSync(fd, `${JSON.stringify({ log, stream: "stdout", time: toLogTime(new Date()) })}\n`);
      if (fstatSync(fd).size > LARGEST) rotate(fd, path);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Told above.
  }
}

/** One of those who find it too large: the lock goes with the file that was renamed. */
function rotate(fd: number, path: string): void {
  if (!tryLock(fd)) return;
  const current = openSync(path, "r");
  try {
    if (fstatSync(current).ino === fstatSync(fd).ino) renameSync(path, `${path}.1`);
  } finally {
    closeSync(current);
  }
}

/** Tells what happened to a container, with what Docker says of it besides. */
export function recordContainerEvent(
  root: string,
  { id, image, name, labels }: Pick<ContainerConfig, "id" | "image" | "labels" | "name">,
  action: ContainerEvent["action"],
  attributes: Readonly<Record<string, string>> = {},
): void {
  const all = { ...labels, image, name, ...attributes };
  recordEvent(root, { type: "container", action, id, attributes: all });
}

export function recordVolumeEvent(
  { volumes }: Pick<VolumeLayout, "volumes">,
  name: string,
  action: "create" | "destroy",
): void {
  const attributes = { driver: "local" };
  recordEvent(dirname(volumes), { type: "volume", action, id: name, attributes });
}
