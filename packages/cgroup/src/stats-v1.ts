import { parseCount, parseFlatKeyed, parseLimit, readControl } from "./control-file.js";
import type { Controller } from "./hierarchy.js";
import type {
  CgroupStats,
  CgroupTotals,
  CpuStats,
  IoStats,
  MemoryStats,
  PidsStats,
} from "./stats.js";

/** Reads the counters of a v1 cgroup from the directory that each joined controller has. */
export function readStatsV1(
  directories: Readonly<Partial<Record<Controller, string>>>,
): CgroupStats {
  const { memory, pids, blkio } = directories;
  const stats: CgroupStats = { cpu: readCpu(directories.cpuacct, directories.cpu) };
  if (memory !== undefined) stats.memory = readMemory(memory);
  if (pids !== undefined) stats.pids = readPids(pids);
  if (blkio !== undefined) stats.io = readBlkio(blkio);
  return stats;
}

/** Reads what is left at the end. */
export function readTotalsV1(
  directories: Readonly<Partial<Record<Controller, string>>>,
): CgroupTotals {
  const { memory } = directories;
  const cpu = readCpu(directories.cpuacct, directories.cpu);
  if (memory === undefined) return { cpu, oomKills: 0 };
  const peak = readPeak(memory);
  return {
    cpu,
    ...(peak === undefined ? {} : { peakMemory: peak }),
    oomKills: readOomKillsV1(memory),
  };
}

function readPeak(directory: string): number | undefined {
  return parseCount(readControl(directory, "memory.max_usage_in_bytes"));
}

function readMemory(directory: string): MemoryStats {
  const usage = parseCount(readControl(directory, "memory.usage_in_bytes")) ?? 0;
  const peak = readPeak(directory);
  const counters = readControl(directory, "memory.stat") ?? "";
  const swap = /^swap (\d+)$/m.exec(counters)?.[1];
  const inactiveFile = /^total_inactive_file (\d+)$/m.exec(counters)?.[1];
  return {
    usage,
    ...(peak === undefined ? {} : { peak }),
    limit: parseLimit(readControl(directory, "memory.limit_in_bytes")) ?? null,
    ...(inactiveFile === undefined ? {} : { inactiveFile: Number(inactiveFile) }),
    ...(swap === undefined ? {} : { swap: Number(swap) }),
    oomKills: readOomKillsV1(directory),
  };
}

/** The `oom_kill` line of memory.oom_control, since Linux 4.13. It counts the victims of this cgroup alone, not of those below. */
export function readOomKillsV1(directory: string): number {
  return parseFlatKeyed(readControl(directory, "memory.oom_control") ?? "").get("oom_kill") ?? 0;
}

function readCpu(cpuacct: string | undefined, cpu: string | undefined): CpuStats {
  const stats: CpuStats = {};
  if (cpuacct !== undefined) {
    for (const [name, file] of [
      ["usageUs", "cpuacct.usage"],
      ["userUs", "cpuacct.usage_user"],
      ["systemUs", "cpuacct.usage_sys"],
    ] as const) {
      const nanoseconds = parseCount(readControl(cpuacct, file));
      if (nanoseconds !== undefined) stats[name] = Math.round(nanoseconds / 1000);
    }
  }
  if (cpu !== undefined) {
    const counters = parseFlatKeyed(readControl(cpu, "cpu.stat") ?? "");
    stats.periods = counters.get("nr_periods") ?? 0;
    stats.throttledPeriods = counters.get("nr_throttled") ?? 0;
    stats.throttledUs = Math.round((counters.get("throttled_time") ?? 0) / 1000);
  }
  return stats;
}

function readPids(directory: string): PidsStats {
  return {
    current: parseCount(readControl(directory, "pids.current")) ?? 0,
    limit: parseLimit(readControl(directory, "pids.max")) ?? null,
  };
}

function readBlkio(directory: string): IoStats {
  const bytes = sumOperations(readControl(directory, "blkio.throttle.io_service_bytes") ?? "");
  const operations = sumOperations(readControl(directory, "blkio.throttle.io_serviced") ?? "");
  return {
    readBytes: bytes.Read,
    writtenBytes: bytes.Write,
    reads: operations.Read,
    writes: operations.Write,
  };
}

/** Sums lines such as `8:0 Read 4096` over the devices. */
export function sumOperations(text: string): { Read: number; Write: number } {
  const sums = { Read: 0, Write: 0 };
  for (const [, operation, value] of text.matchAll(/^\d+:\d+ (Read|Write) (\d+)$/gm)) {
    sums[operation as keyof typeof sums] += Number(value);
  }
  return sums;
}
