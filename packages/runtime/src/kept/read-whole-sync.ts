import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

export interface ReadWholeOptions {
  path: string;
  /** Makes the error for what is there, but no file. */
  refuse: (reason: string, cause?: unknown) => Error;
}

/** O_NONBLOCK: a FIFO in its place makes nobody wait. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** What open(2) says of links and sockets. */
const NO_FILE: ReadonlySet<string | undefined> = new Set(["ELOOP", "ENXIO"]);

/** Reads a file of a container's own; undefined where there is none. */
export function readWholeSync({ path, refuse }: ReadWholeOptions): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw NO_FILE.has(code) ? refuse("it is no file", error) : error;
  }
  try {
    if (!fstatSync(fd).isFile()) throw refuse("it is no file");
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}
