import { closeSync, constants, fstatSync, readSync } from "node:fs";
import { NsError, openInRoot } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { ReadAccountFile } from "./resolve-user.js";

/** Far more than any account file that people keep, far less than what would fill the caller's memory. */
const SIZE_LIMIT = 4 * 2 ** 20;

/**
 * Reads account files below a root that is not trusted: links end inside the root, a FIFO or a device is not waited
 * for (CVE-2024-9676), a huge file is refused.
 */
export function readAccountFilesOf(root: string): ReadAccountFile {
  return (path) => {
    let fd: number;
    try {
      fd = openInRoot({
        root,
        path,
        flags: constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY,
      });
    } catch (error) {
      // A link that leads nowhere inside the root is as good as none.
      const absent = ["ENOENT", "ENOTDIR", "ELOOP"];
      if (error instanceof NsError && absent.includes(error.errno ?? "")) return undefined;
      throw error;
    }
    try {
      const { size } = checkRegular(fd, path);
      const buffer = Buffer.alloc(size);
      return buffer.toString("utf8", 0, readSync(fd, buffer, 0, size, 0));
    } finally {
      closeSync(fd);
    }
  };
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
