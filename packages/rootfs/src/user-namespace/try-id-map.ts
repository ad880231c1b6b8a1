import { describeCause } from "../error.js";
import { findIdMap } from "./id-map.js";
import { spawnAsRoot } from "./spawn-as-root.js";

/** What refuses the calling user the subordinate ids of {@link findIdMap}, found by trying; undefined where nothing does. */
export async function tryIdMap(): Promise<string | undefined> {
  if (process.geteuid?.() === 0 || findIdMap().type === "single") return undefined;
  const child = spawnAsRoot("true", [], {
    stdio: ["ignore", "ignore", "ignore"],
    env: process.env,
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(describeCause(error)));
    child.once("close", () => resolve(undefined));
  });
}
