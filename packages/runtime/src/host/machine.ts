import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the checks look at; a test lays one out in a directory. */
export interface Machine {
  /** Where `/proc`, `/etc` and the like lie; empty for the machine itself. */
  root: string;
  /** The effective user. */
  uid: number;
  /** Where programs are looked for. */
  path: string;
}

export const THIS_MACHINE: Machine = {
  root: "",
  uid: process.geteuid?.() ?? 0,
  path: [process.env["PATH"] ?? "", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].join(delimiter),
};

/** A file's text without the white space around it; undefined where it is not there or closed to us. */
export function readText({ root }: Machine, path: string): string | undefined {
  try {
    return readFileSync(root + path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** A number that the kernel shows in a file; undefined where it has no such setting. */
export function readNumber(machine: Machine, path: string): number | undefined {
  const text = readText(machine, path);
  return text === undefined ? undefined : Number(text);
}

/** The value of a `Name:` line of /proc/self/status or /proc/self/limits. */
export function readField(machine: Machine, file: string, name: string): string | undefined {
  const lines = readText(machine, file)?.split("\n") ?? [];
  return lines
    .find((line) => line.startsWith(name))
    ?.slice(name.length)
    .replace(/^:?\s+/, "");
}

export function exists({ root }: Machine, path: string): boolean {
  return existsSync(root + path);
}

/** The first executable file of this name. */
export function findProgram({ root, path }: Machine, name: string): string | undefined {
  for (const directory of path.split(delimiter).filter(Boolean)) {
    const program = join(directory, name);
    try {
      accessSync(root + program, constants.X_OK);
      return program;
    } catch {
      // Not here; the next directory may have it.
    }
  }
  return undefined;
}

export function isSetuid({ root }: Machine, program: string): boolean {
  return (statSync(root + program).mode & 0o4000) !== 0;
}
