import { opendir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, RootfsError } from "./error.js";

/** Above this many entries one rm(1) is cheaper than our own calls. */
const ENTRY_LIMIT = 256;

/**
 * Removes a directory with everything below it, whatever a container left there: closed, deep or
 * huge trees, names longer than a path may be, immutable files. Links are never followed.
 * @throws RootfsError `REMOVE_FAILED`
 */
export async function removeTree(path: string): Promise<void> {
  if (await removeSmallTree(path, { left: ENTRY_LIMIT })) return;
  const { execFile } = await import("node:child_process");
  const run = (command: string, args: string[]): Promise<string | undefined> =>
    new Promise((resolve) => {
      execFile(command, args, (error, _stdout, stderr) =>
        resolve(error ? stderr.trim() || error.message : undefined),
      );
    });
  // rm(1) walks by descriptor (fts), so depth does not matter to it.
  let failure = await run("rm", ["-rf", "--", path]);
  if (failure === undefined) return;
  await run("chattr", ["-R", "-f", "-i", "-a", "--", path]);
  failure = await run("rm", ["-rf", "--", path]);
  if (failure === undefined) return;
  throw new RootfsError(`failed to remove ${path}: ${failure.split("\n")[0]}`, {
    code: "REMOVE_FAILED",
  });
}

/** False where the tree has more entries than the budget, or something resists. */
async function removeSmallTree(path: string, budget: { left: number }): Promise<boolean> {
  try {
    for await (const entry of await opendir(path)) {
      if (budget.left-- <= 0) return false;
      const child = join(path, entry.name);
      if (!entry.isDirectory()) await unlink(child);
      else if (!(await removeSmallTree(child, budget))) return false;
    }
    await rmdir(path);
    return true;
  } catch (error) {
    return hasErrno(error, "ENOENT");
  }
}
