import { statSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { RuntimeError } from "../error.js";
import type { Volume } from "./volume.js";
import {
  locateVolume,
  locateVolumeData,
  locateVolumeFile,
  type VolumeLayout,
} from "./volume-layout.js";

const VERSION = 1;

/** What `volume.json` holds; the volume's name is its directory's. */
interface VolumeFile {
  version: typeof VERSION;
  driver: "local";
  created: string;
  labels: Record<string, string>;
}

/** Writes the file of a volume in the making, through to the disk. */
export async function writeVolumeFile(
  directory: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const created = new Date().toISOString();
  const content: VolumeFile = { version: VERSION, driver: "local", created, labels };
  const file = await open(locateVolumeFile(directory), "wx", 0o644);
  try {
    await file.writeFile(`${JSON.stringify(content)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * The volume of that name; undefined where there is none. Takes no lock: a volume appears and goes as a whole.
 * @throws RuntimeError `VOLUME_DAMAGED`
 */
export async function readVolume(layout: VolumeLayout, name: string): Promise<Volume | undefined> {
  const path = locateVolumeFile(locateVolume(layout, name));
  const text = await readText(layout, name);
  if (text === undefined) return undefined;
  const { driver, created, labels } = parseVolumeFile(path, text);
  return {
    name,
    driver,
    labels,
    created: new Date(created),
    mountpoint: locateVolumeData(layout, name),
  };
}

async function readText(layout: VolumeLayout, name: string): Promise<string | undefined> {
  const directory = locateVolume(layout, name);
  const path = locateVolumeFile(directory);
  for (;;) {
    const before = identify(directory);
    if (before === undefined) return undefined;
    try {
      return await readFile(path, "utf8");
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") throw cause;
      // The volume may have gone meanwhile, and another come.
      if (identify(directory) === before) throw refuseDamaged(path, "it is not there", cause);
    }
  }
}

/** Which of all that had and will have this path is there now; numbers of inodes are used again. */
function identify(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

function parseVolumeFile(path: string, text: string): VolumeFile {
  let content: Partial<VolumeFile> | null;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refuseDamaged(path, "the file is damaged", cause);
  }
  const { version, driver, created, labels } = content ?? {};
  if (typeof version === "number" && version > VERSION) {
    throw refuseDamaged(path, `version ${version} is that of a later Dockher`);
  }
  const whole =
    version === VERSION &&
    driver === "local" &&
    !Number.isNaN(Date.parse(String(created))) &&
    typeof labels === "object" &&
    labels !== null &&
    Object.values(labels).every((value) => typeof value === "string");
  if (!whole) throw refuseDamaged(path, "the file is damaged");
  return content as VolumeFile;
}

function refuseDamaged(path: string, reason: string, cause?: unknown): RuntimeError {
  return new RuntimeError(`failed to read ${path}: ${reason}`, {
    code: "VOLUME_DAMAGED",
    hint: "the data beside it may be whole: copy it, then remove the volume",
    cause,
  });
}
