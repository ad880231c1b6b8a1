import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { type JournalSettings, tryLock } from "@dockher/ns";
import { resolveDirectories } from "@dockher/rootfs";
import type { ContainerConfig } from "../kept/container-config.js";
import { toLogTime } from "../logs/log-time.js";
import type { Directories } from "../options.js";
import type { VolumeLayout } from "../volumes/volume-layout.js";
import type { ContainerEvent } from "./container-event.js";

/** Some ten thousand events; the file before it is kept as well. */
const LARGEST = 4 * 2 ** 20;

export function locateJournal(root: string): string {
  return join(root, "events", "journal");
}

/**
 * Appends events to the journal: a log in Docker's format, which many processes write, by one write(2). What happened has
 * happened: a journal that cannot be written, as on a full disk, is no reason to fail.
 */
export function recordEvents(root: string, events: Omit<ContainerEvent, "time">[]): void {
  const path = locateJournal(root);
  const time = toLogTime(new Date());
  const lines = events.map((event) => {
    return `${JSON.stringify({ log: `${JSON.stringify(event)}\n`, stream: "stdout", time })}\n`;
  });
  try {
    const fd = openJournal(path);
    try {
      writeSync(fd, lines.join(""));
      if (fstatSync(fd).size > LARGEST) rotate(fd, path);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Told above.
  }
}

function openJournal(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, "a", 0o600);
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

type Subject = Pick<ContainerConfig, "id" | "image" | "labels" | "name">;

/** Where a container's monitor tells what it alone sees: each start and end, signals, health. */
export function describeJournal(
  root: string,
  { id, image, name, labels }: Subject,
): JournalSettings {
  const subject = { id, name, attributes: { ...labels, image } };
  return { path: locateJournal(root), maxSize: LARGEST, subject };
}

/** Tells what happened to a container, with what Docker says of it besides. */
export function recordContainerEvent(
  root: string,
  subject: Subject,
  action: ContainerEvent["action"],
  attributes?: Readonly<Record<string, string>>,
): void {
  recordContainerEvents(root, subject, [action], attributes);
}

/** As {@link recordContainerEvent}, of what happens at once. */
export function recordContainerEvents(
  root: string,
  { id, image, name, labels }: Subject,
  actions: readonly ContainerEvent["action"][],
  attributes: Readonly<Record<string, string>> = {},
): void {
  const all = { ...labels, image, name, ...attributes };
  recordEvents(
    root,
    actions.map((action) => ({ type: "container", action, id, attributes: all })),
  );
}

export function recordVolumeEvent(
  { volumes }: Pick<VolumeLayout, "volumes">,
  name: string,
  action: "create" | "destroy",
): void {
  const attributes = { driver: "local" };
  recordEvents(dirname(volumes), [{ type: "volume", action, id: name, attributes }]);
}

export interface Pruned {
  type: ContainerEvent["type"];
  /** Bytes. */
  reclaimed: number;
}

/** Tells that what nobody uses was removed, as Docker does also where there was nothing. */
export function recordPrune(directories: Partial<Directories>, { type, reclaimed }: Pruned): void {
  const attributes = { reclaimed: String(reclaimed) };
  const { root } = resolveDirectories(directories);
  recordEvents(root, [{ type, action: "prune", id: "", attributes }]);
}
