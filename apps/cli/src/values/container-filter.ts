import type { ContainerSummary } from "@dockher/runtime";
import { nameMount } from "../output/container-words.js";
import { type Filters, matchLabels, parseFilters, readFlagFilter, refuseFilter } from "./filter.js";

export const CONTAINER_FILTERS = [
  "ancestor",
  "before",
  "exited",
  "expose",
  "health",
  "id",
  "is-task",
  "label",
  "name",
  "network",
  "publish",
  "since",
  "status",
  "volume",
] as const;

type Key = (typeof CONTAINER_FILTERS)[number];

type Test = (container: ContainerSummary, value: string) => boolean;

/** Of each of these, one of the values must fit. */
const TESTS: Partial<Record<Key, Test>> = {
  ancestor: ({ image, imageId = "" }, value) => value === image || imageId.includes(value),
  expose: ({ exposedPorts }, value) => exposedPorts.some((port) => isWithin(port, value)),
  exited: ({ status }, value) => status.state === "exited" && String(status.exitCode) === value,
  health: ({ status }, value) => nameHealth(status) === value,
  id: ({ id }, value) => id.startsWith(value),
  name: ({ name }, value) => name.includes(value.replace(/^\//, "")),
  network: ({ network }, value) => {
    return value === (typeof network === "object" ? `container:${network.container}` : network);
  },
  // No port is ever published.
  publish: () => false,
  status: ({ status }, value) => status.state === value,
  volume: ({ mounts }, value) => {
    return mounts.some((mount) => mount.target === value || nameMount(mount) === value);
  },
};

const CHOICES: Partial<Record<Key, readonly string[]>> = {
  health: ["starting", "healthy", "unhealthy", "none"],
  status: ["created", "running", "paused", "restarting", "removing", "exited", "dead"],
};

export interface ContainerSelection {
  /** Whether those that do not run are asked for as well. */
  all: boolean;
  /**
   * Those of the candidates that are asked for.
   * @throws UsageError `INVALID_FILTER` where one is named that is not there
   */
  select: (given: SelectableContainers) => ContainerSummary[];
}

export interface SelectableContainers {
  candidates: readonly ContainerSummary[];
  /** All that there are: a filter may name one that is no candidate. */
  listed: readonly ContainerSummary[];
}

/**
 * Reads `--filter` of `ps`, with Docker's keys.
 * @throws UsageError `INVALID_FILTER`
 */
export function readContainerFilters(written: readonly string[]): ContainerSelection {
  const filters = parseFilters(written, CONTAINER_FILTERS);
  checkValues(filters);
  const isTask = readFlagFilter(filters, "is-task");
  return {
    all: filters.has("status") || filters.has("exited"),
    select({ candidates, listed }) {
      const before = findCreated(filters, listed, "before");
      const since = findCreated(filters, listed, "since");
      return candidates
        .filter(({ created }) => before === undefined || created < before)
        .filter(({ created }) => since === undefined || created > since)
        .filter((container) => isTask !== true && fits(container, filters));
    },
  };
}

function fits(container: ContainerSummary, filters: Filters<Key>): boolean {
  for (const [key, values] of filters) {
    const test = TESTS[key];
    if (test !== undefined && !values.some((value) => test(container, value))) return false;
  }
  return matchLabels(container.labels, filters.get("label"));
}

function checkValues(filters: Filters<Key>): void {
  for (const [key, choices] of Object.entries(CHOICES)) {
    for (const value of filters.get(key as Key) ?? []) {
      if (choices.includes(value)) continue;
      throw refuseFilter(
        `${key}=${value}`,
        "there is no such value",
        `write ${choices.join(", ")}`,
      );
    }
  }
  for (const key of ["publish", "expose"] as const) {
    for (const value of filters.get(key) ?? []) {
      if (/^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/.test(value)) continue;
      throw refuseFilter(`${key}=${value}`, "it is no port", "write 80, 80/udp or 8000-8080/tcp");
    }
  }
}

/** Whether a port is one of `80`, `80/udp` or `8000-8080/tcp`: of TCP where nothing is said. */
function isWithin(port: string, range: string): boolean {
  const [number = "", protocol] = port.split("/");
  const [numbers = "", wanted = "tcp"] = range.split("/");
  const [first = "", last = first] = numbers.split("-");
  return protocol === wanted && Number(number) >= Number(first) && Number(number) <= Number(last);
}

/** When the named container was created. */
function findCreated(
  filters: Filters<Key>,
  listed: readonly ContainerSummary[],
  key: "before" | "since",
): Date | undefined {
  const [name, ...more] = filters.get(key) ?? [];
  if (name === undefined) return undefined;
  if (more.length > 0) throw refuseFilter(`${key}=${more[0]}`, "there is another one");
  const found =
    listed.find((container) => container.name === name.replace(/^\//, "")) ??
    listed.find(({ id }) => name !== "" && id.startsWith(name));
  if (found === undefined) throw refuseFilter(`${key}=${name}`, `no such container: ${name}`);
  return found.created;
}

/** Docker's word for one that is not checked. */
function nameHealth(status: ContainerSummary["status"]): string {
  return ("health" in status ? status.health?.status : undefined) ?? "none";
}
