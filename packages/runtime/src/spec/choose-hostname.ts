import { hostname } from "node:os";
import type { ContainerOptions } from "../options.js";

/** The name that a container has, but for one that has another's: its own, the host's, or the beginning of its id. */
export function chooseHostname(
  options: Pick<ContainerOptions, "hostname" | "network" | "uts">,
  id: string,
): string {
  if (options.hostname !== undefined) return options.hostname;
  return options.network === "host" || options.uts === "host" ? hostname() : id.slice(0, 12);
}
