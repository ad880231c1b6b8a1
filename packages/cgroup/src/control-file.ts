import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { errnoOf } from "./error.js";

/** Reads a control file whole; undefined where the kernel has none of this name or does not answer. */
export function readControl(directory: string, file: string): string | undefined {
  try {
    return readFileSync(`${directory}/${file}`, "utf8");
  } catch (error) {
    const errno = errnoOf(error);
    // ENOTSUP, which is EOPNOTSUPP: pressure files of a kernel booted with psi=0. ENODEV: the cgroup went while its file was open.
    if (errno === "ENOENT" || errno === "ENODEV" || errno === "ENOTSUP") return undefined;
    throw error;
  }
}

/**
 * Writes a control file with one write(2), on this thread: a microsecond each on a cgroup without processes, where
 * a round trip through libuv's pool costs tens. Without O_CREAT, a file that the kernel lacks is ENOENT.
 */
export function writeControlSync(path: string, value: string): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, value);
  } finally {
    closeSync(fd);
  }
}

/** Like {@link writeControlSync}, for writes that may wait: reclaiming memory, moving processes, an RCU grace period. */
export async function writeControl(path: string, value: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.write(value);
  } finally {
    await file.close();
  }
}

/** Parses the `key value` lines of files such as memory.events and cpu.stat. */
export function parseFlatKeyed(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [key, value] = line.split(" ");
    if (key && value !== undefined) values.set(key, Number(value));
  }
  return values;
}

/** A single number; undefined for none, null for `max` and for v1's "unlimited", which is above 2^53. */
export function parseLimit(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** A single counter. */
export function parseCount(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
