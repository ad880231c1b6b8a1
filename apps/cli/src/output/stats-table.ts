import type { ContainerStats } from "@dockher/runtime";
import { shortenId } from "./container-words.js";
import { formatMemory, formatSize } from "./units.js";

export const STATS_HEADINGS = {
  BlockIO: "BLOCK I/O",
  CPUPerc: "CPU %",
  Container: "CONTAINER",
  ID: "CONTAINER ID",
  MemPerc: "MEM %",
  MemUsage: "MEM USAGE / LIMIT",
  Name: "NAME",
  NetIO: "NET I/O",
  PIDs: "PIDS",
} as const;

export const STATS_COLUMNS = [
  "ID",
  "Name",
  "CPUPerc",
  "MemUsage",
  "MemPerc",
  "NetIO",
  "BlockIO",
  "PIDs",
] as const;

export type StatsRow = Record<keyof typeof STATS_HEADINGS, string>;

/** What is shown of a container: what it uses, or nothing where it does not run. */
export interface StatsSource {
  /** As it was named on the command line, else its short id. */
  container: string;
  id: string;
  name: string;
  stats: ContainerStats | undefined;
}

/** One row, in Docker's units: binary for memory, decimal for what goes in and out. */
export function describeStats(source: StatsSource, { whole }: { whole: boolean }): StatsRow {
  const { container, id, name, stats } = source;
  const pair = (one = 0, other = 0, format = formatTraffic): string =>
    `${format(one)} / ${format(other)}`;
  const share = stats === undefined ? 0 : (100 * stats.memoryUsage) / stats.memoryLimit;
  return {
    BlockIO: pair(stats?.blockIo.read, stats?.blockIo.written),
    CPUPerc: `${(stats?.cpuPercent ?? 0).toFixed(2)}%`,
    Container: container,
    ID: whole ? id : shortenId(id),
    MemPerc: `${share.toFixed(2)}%`,
    MemUsage: pair(stats?.memoryUsage, stats?.memoryLimit, formatMemory),
    Name: name,
    NetIO: pair(stats?.network.received, stats?.network.sent),
    PIDs: String(stats?.processes ?? 0),
  };
}

function formatTraffic(bytes: number): string {
  return formatSize(bytes, { digits: 3 });
}
