import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { NsError, O_PATH, openInRoot } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { ReadAccountFile } from "./resolve-user.js";

/** Far more than any account file that people keep, far less than what would fill the caller's memory. */
const SIZE_LIMIT = 4 * 2 ** 20;

/**
 * Reads account files below a root that is not trusted: links end inside the root; a FIFO or a device is never opened, which
 * could block (CVE-2024-9676) or do what opening such a device does; a huge file is refused.
 */
export function readAccountFilesOf(root: string): ReadAccountFile {
  return (path) => {
    const place = findFile(root, path);
    if (place === undefined) return undefined;
    try {
      const { size } = checkRegular(place, path);
      return readStart(`/proc/self/fd/${place}`, size);
    } finally {
      closeSync(place);
    }
  };
}

/** A descriptor that stands for the file without opening it, as open(2) has it for O_PATH. */
function findFile(root: string, path: string): number | undefined {
  try {
    return openInRoot({ root, path, flags: O_PATH });
  } catch (error) {
    // A link that leads nowhere inside the root is as good as none.
    const absent = ["ENOENT", "ENOTDIR", "ELOOP"];
    if (error instanceof NsError && absent.includes(error.errno ?? "")) return undefined;
    throw error;
  }
}

function readStart(path: string, size: number): string {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(size);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, size, 0));
  } finally {
    closeSync(fd);
  }
}

function checkRegular(fd: number, path: string): { size: number } {
  const stats = fstatSync(fd);
  if (!stats.isFile()) {
    throw new RuntimeError(`failed to read the image's ${path}: it is not a regular file`, {
      code: "INVALID_IMAGE",
    });
  }
  if (stats.size > SIZE_LIMIT) {
    throw new RuntimeError(`failed to read the image's ${path}: it is larger than 4 MiB`, {
      code: "INVALID_IMAGE",
    });
  }
  return stats;
}
