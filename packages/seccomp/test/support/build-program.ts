import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface BuiltProgram {
  path: string;
  remove: () => void;
}

/** Compiles a C file of the tests; the reason where that cannot be done here. */
export function buildProgram(source: URL, options: readonly string[]): BuiltProgram | string {
  const directory = mkdtempSync(join(tmpdir(), "dockher-seccomp-"));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const path = join(directory, "program");
  const { status, error, stderr } = spawnSync(
    "gcc",
    ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", source.pathname, "-o", path, ...options],
    { encoding: "utf8" },
  );
  if (status === 0) return { path, remove };
  remove();
  return error?.message ?? stderr.trim().split("\n")[0] ?? "gcc failed";
}
