import { accessSync, constants, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { CgroupError } from "../error.js";

/** glibc's, where the environment has no PATH: execvp(3). */
const DEFAULT_PATH = "/bin:/usr/bin";

interface CommandSearch {
  path?: string | undefined;
  cwd?: string | undefined;
}

/**
 * Finds what execvp(3) would run, so that a missing program is an error of the start and no exit code.
 * @throws CgroupError `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `CWD_NOT_FOUND`
 */
export function findCommand(command: string, where: CommandSearch = {}): string {
  const { path = DEFAULT_PATH, cwd = "." } = where;
  if (!statPath(cwd)?.isDirectory()) {
    throw new CgroupError(`failed to start ${command} in ${cwd}: there is no such directory`, {
      code: "CWD_NOT_FOUND",
    });
  }
  const directories = command.includes("/") ? [""] : path.split(":");
  let found: string | undefined;
  for (const directory of directories) {
    const candidate = posix.resolve(cwd, directory, command);
    if (!statPath(candidate)?.isFile()) continue;
    found = candidate;
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // As execvp does, look on in PATH.
    }
  }
  if (found === undefined) {
    throw new CgroupError(`failed to start ${command}: there is no such program`, {
      code: "COMMAND_NOT_FOUND",
      hint: command.includes("/") ? undefined : `looked in ${path}`,
    });
  }
  throw new CgroupError(`failed to start ${command}: ${found} is not executable`, {
    code: "COMMAND_NOT_EXECUTABLE",
    hint: `chmod +x ${found}`,
  });
}

/** Undefined also where a directory on the way is closed to us: PATH may name such, and execvp passes them by. */
function statPath(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
