import { RuntimeError } from "../error.js";
import { findNetworkOwner } from "../lifecycle/find-network-owner.js";
import type { ContainerTarget, KeptContainer } from "./find-container.js";

/** The name that a container has inside; empty where it is that of a container which was removed. */
export function readHostname(
  found: KeptContainer,
  directories: ContainerTarget["directories"],
): string {
  try {
    return findNetworkOwner(found, directories).hostname;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "CONTAINER_NOT_FOUND") return "";
    throw error;
  }
}
