import { findContainer, type KeptContainer } from "../kept/find-container.js";
import type { ContainerOptions } from "../options.js";
import { chooseHostname } from "../spec/choose-hostname.js";

/** The container that a network was made for, with what its `/etc` says of it. */
export interface NetworkOwner {
  hostname: string;
  directory: string;
}

/**
 * Whose name and files of `/etc` a kept container has: its own, or those of the one whose network it is, whoever shares it since.
 * @throws RuntimeError `CONTAINER_NOT_FOUND` where that one was removed
 */
export function findNetworkOwner(
  { config, directory }: Pick<KeptContainer, "config" | "directory">,
  directories: ContainerOptions["directories"] = {},
): NetworkOwner {
  const { network } = config.options;
  if (typeof network !== "object") {
    return { hostname: chooseHostname(config.options, config.id), directory };
  }
  return findNetworkOwner(findContainer({ ...network, directories }), directories);
}
