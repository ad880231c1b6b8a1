import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { hasErrno, RootfsError } from "../error.js";

/** The search path for a root user's programs, which a user's own PATH may lack. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The first executable of this name; undefined where there is none. */
export async function findProgram(
  name: string,
  path: string = `${process.env["PATH"] ?? ""}:${SYSTEM_PATH}`,
): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    if (!directory) continue;
    const candidate = join(directory, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next directory may have it.
    }
  }
  return undefined;
}

/** What to throw where a program could not be started: spawn's own error unless it is just missing. */
export function explainStart(program: string, cause: unknown): unknown {
  if (!hasErrno(cause, "ENOENT")) return cause;
  return new RootfsError(`failed to run ${program}: it is not installed`, {
    code: "PROGRAM_MISSING",
    hint: `install ${PACKAGES[program] ?? program}`,
    cause,
  });
}

/** The packages of programs that are called differently. */
const PACKAGES: Readonly<Record<string, string>> = { setpriv: "util-linux", sync: "coreutils" };
