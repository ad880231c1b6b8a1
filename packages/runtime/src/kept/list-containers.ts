import { resolveDirectories } from "@dockher/rootfs";
import type { RuntimeError } from "../error.js";
import type { Directories } from "../options.js";
import {
  isKept,
  listContainers as listRecords,
  locateContainer,
  locateState,
} from "../state/claim.js";
import type { ContainerConfig } from "./container-config.js";
import { type ContainerStatus, isLive, readStatus } from "./container-status.js";
import { readConfigOf } from "./find-container.js";

export interface ListContainersOptions {
  /** Those that do not run as well. Default false. */
  all?: boolean;
  directories?: Partial<Directories>;
  /** Told of each container whose files are damaged; it is left out. */
  onDamaged?: (error: Error) => void;
}

export interface ContainerSummary {
  id: string;
  name: string;
  image: string;
  imageId: string | undefined;
  args: readonly string[];
  created: Date;
  labels: Readonly<Record<string, string>>;
  mounts: ContainerConfig["mounts"];
  /** Such as `80/tcp`. */
  exposedPorts: readonly string[];
  network: NonNullable<ContainerConfig["options"]["network"]>;
  status: ContainerStatus;
}

/** The kept containers, the newest first. */
export function listContainers(options: ListContainersOptions = {}): ContainerSummary[] {
  const { all = false, directories = {}, onDamaged = () => {} } = options;
  const summaries: ContainerSummary[] = [];
  for (const record of listRecords(locateState(resolveDirectories(directories).root))) {
    try {
      if (!isKept(record)) continue;
      const directory = locateContainer(record);
      summaries.push(summarize(readConfigOf(record), readStatus({ record, directory })));
    } catch (error) {
      if ((error as RuntimeError).code !== "CONTAINER_NOT_FOUND") onDamaged(error as Error);
    }
  }
  return summaries
    .filter(({ status }) => all || isLive(status))
    .sort((one, other) => other.created.getTime() - one.created.getTime());
}

function summarize(config: ContainerConfig, status: ContainerStatus): ContainerSummary {
  const { id, name, image, imageId, args, labels, mounts, exposedPorts = [] } = config;
  const { network = "none" } = config.options;
  const created = new Date(config.created);
  const facts = { labels, mounts, exposedPorts, network };
  return { id, name, image, imageId, args, created, ...facts, status };
}
