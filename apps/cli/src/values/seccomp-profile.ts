import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import type { SecurityOptions } from "@dockher/runtime";
import { UsageError } from "../error.js";

type Profile = Exclude<SecurityOptions["seccomp"], string | undefined>;

/** Docker's own profile has 13 KiB. */
const SIZE_LIMIT = 2 ** 20;

/**
 * Reads a file of JSON; the runtime checks what it says.
 * @throws UsageError `INVALID_SECCOMP_PROFILE`
 */
export function readSeccompProfile(path: string, cwd: string): Profile {
  const refuse = (reason: string, cause?: unknown): UsageError =>
    new UsageError(`failed to read seccomp profile "${path}": ${reason}`, {
      code: "INVALID_SECCOMP_PROFILE",
      hint: "name a file with a profile in Docker's form, or unconfined, or default",
      cause,
    });
  let text: string;
  try {
    text = readRegular(resolve(cwd, path), refuse);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw refuse((error as NodeJS.ErrnoException).code ?? String(error), error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`it is no JSON: ${(error as Error).message}`, error);
  }
}

/** A FIFO is not waited for. */
function readRegular(path: string, refuse: (reason: string) => UsageError): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refuse("it is not a regular file");
    if (stats.size > SIZE_LIMIT) throw refuse("it is larger than 1 MiB");
    const buffer = Buffer.alloc(stats.size);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, stats.size, 0));
  } finally {
    closeSync(fd);
  }
}
