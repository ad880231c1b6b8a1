import { join } from "node:path";
import type { ContainerConfig } from "./container-config.js";
import { type ContainerStatus, readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer } from "./find-container.js";
import { readHostname } from "./read-hostname.js";

export interface ContainerDetails {
  config: ContainerConfig;
  status: ContainerStatus;
  /** The name that it has inside; empty where it was that of a container which was removed. */
  hostname: string;
  /** Where its own files lie. */
  directory: string;
  /** Its log, where it has one. */
  logPath: string | undefined;
}

/** @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_AMBIGUOUS`, `CONFIG_INVALID` */
export function inspectContainer(target: ContainerTarget): ContainerDetails {
  const found = findContainer(target);
  const { config, directory } = found;
  const { log } = config;
  return {
    config,
    status: readStatus(found),
    hostname: readHostname(found, target.directories),
    directory,
    logPath: log.driver === "none" ? undefined : join(directory, log.name ?? "container.log"),
  };
}
