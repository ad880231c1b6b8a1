import { type ChildProcess, spawn } from "node:child_process";
import { describeCause } from "./error.js";
import { type SpawnAsRootOptions, spawnAsRoot } from "./user-namespace/spawn-as-root.js";

/** Removes a tree by rm(1), which walks by descriptor (fts), so that depth does not matter. Gives what failed. */
export async function removeByCommand(path: string): Promise<string | undefined> {
  const args = ["-rf", "--", path];
  const failure = await run((options) => spawn("rm", args, options));
  if (failure === undefined) return undefined;
  if (process.geteuid?.() === 0) {
    await run((options) => spawn("chattr", ["-R", "-f", "-i", "-a", "--", path], options));
  }
  // A user's images and containers have files of subordinate ids.
  return run((options) => spawnAsRoot("rm", args, options));
}

function run(start: (options: SpawnAsRootOptions) => ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = start({ stdio: ["ignore", "ignore", "pipe"], env: process.env });
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    child.once("error", (error) => resolve(describeCause(error)));
    child.once("close", (code) => {
      resolve(code === 0 ? undefined : said.trim() || `rm ended with ${code}`);
    });
  });
}
