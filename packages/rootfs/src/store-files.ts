import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { hasErrno, RootfsError } from "./error.js";

/** The id in a file of `refs`. @throws RootfsError `STORE_DAMAGED` */
export function readImageId(path: string, text: string): string {
  const { image } = parseStored(path, text) as { image?: unknown };
  if (typeof image === "string" && /^sha256:[0-9a-f]{64}$/.test(image)) return image;
  throw refuseDamaged(path);
}

/** @throws RootfsError `STORE_DAMAGED` */
export function parseStored(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuseDamaged(path, cause);
  }
}

function refuseDamaged(path: string, cause?: unknown): RootfsError {
  return new RootfsError(`failed to read ${path}: the file is damaged`, {
    code: "STORE_DAMAGED",
    hint: "delete the file and bootstrap the image again",
    cause,
  });
}

/** At once: each of the four calls that a small file takes would cost more on its way through libuv's threads. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** The names in a directory without those of temporary files, which begin with a dot. */
export async function listVisible(directory: string): Promise<string[]> {
  return (await listAll(directory)).filter((name) => !name.startsWith("."));
}

/** The names in a directory; none where there is no directory. */
export async function listAll(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return [];
    throw error;
  }
}
