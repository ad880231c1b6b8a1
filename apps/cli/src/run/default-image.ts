import { detectHostDistribution } from "@dockher/rootfs";
import { readConfig } from "../config.js";

/**
 * The image of a command line that names none: `DOCKHER_IMAGE`, else the configured one, else the host's own distribution where it is
 * Debian or Ubuntu, else `debian`.
 * @throws UsageError `INVALID_CONFIG`.
 */
export async function findDefaultImage(env: NodeJS.ProcessEnv): Promise<string> {
  const chosen = env["DOCKHER_IMAGE"] || readConfig(env).image;
  if (chosen !== undefined) return chosen;
  return (await detectHostDistribution()) ?? "debian";
}
