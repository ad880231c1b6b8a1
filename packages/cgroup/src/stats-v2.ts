import { parseCount, parseFlatKeyed, parseLimit, readControl } from "./control-file.js";
import type {
  CgroupStats,
  CgroupTotals,
  CpuStats,
  IoStats,
  MemoryStats,
  Pressure,
  PressureLine,
} from "./stats.js";

/** Reads the counters of a v2 cgroup. */
export function readStatsV2(directory: string): CgroupStats {
  const stats: CgroupStats = { cpu: readCpu(directory) };
  const memory = readMemory(directory);
  if (memory !== undefined) stats.memory = memory;
  const current = parseCount(readControl(directory, "pids.current"));
  if (current !== undefined) {
    stats.pids = { current, limit: parseLimit(readControl(directory, "pids.max")) ?? null };
  }
  const io = readControl(directory, "io.stat");
  if (io !== undefined) stats.io = parseIoStat(io);
  const pressure = readPressure(directory);
  if (pressure !== undefined) stats.pressure = pressure;
  return stats;
}

/** Reads what is left at the end. */
export function readTotalsV2(directory: string): CgroupTotals {
  const peak = readPeak(directory);
  return {
    cpu: readCpu(directory),
    ...(peak === undefined ? {} : { peakMemory: peak }),
    oomKills: readMemoryEvents(directory).get("oom_kill") ?? 0,
  };
}

function readPeak(directory: string): number | undefined {
  return parseCount(readControl(directory, "memory.peak"));
}

/** The lines of memory.events; none without the memory controller. */
export function readMemoryEvents(directory: string): Map<string, number> {
  return parseFlatKeyed(readControl(directory, "memory.events") ?? "");
}

function readMemory(directory: string): MemoryStats | undefined {
  const usage = parseCount(readControl(directory, "memory.current"));
  if (usage === undefined) return undefined;
  const events = readMemoryEvents(directory);
  const peak = readPeak(directory);
  const swap = parseCount(readControl(directory, "memory.swap.current"));
  const inactiveFile = /^inactive_file (\d+)$/m.exec(
    readControl(directory, "memory.stat") ?? "",
  )?.[1];
  return {
    usage,
    ...(peak === undefined ? {} : { peak }),
    limit: parseLimit(readControl(directory, "memory.max")) ?? null,
    ...(inactiveFile === undefined ? {} : { inactiveFile: Number(inactiveFile) }),
    ...(swap === undefined ? {} : { swap }),
    oomKills: events.get("oom_kill") ?? 0,
    maxEvents: events.get("max") ?? 0,
  };
}

function readCpu(directory: string): CpuStats {
  const counters = parseFlatKeyed(readControl(directory, "cpu.stat") ?? "");
  const stats: CpuStats = {};
  for (const [name, key] of [
    ["usageUs", "usage_usec"],
    ["userUs", "user_usec"],
    ["systemUs", "system_usec"],
    ["periods", "nr_periods"],
    ["throttledPeriods", "nr_throttled"],
    ["throttledUs", "throttled_usec"],
  ] as const) {
    const value = counters.get(key);
    if (value !== undefined) stats[name] = value;
  }
  return stats;
}

/** Sums the lines of io.stat, such as `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`. */
export function parseIoStat(text: string): IoStats {
  const sums: IoStats = { readBytes: 0, writtenBytes: 0, reads: 0, writes: 0 };
  const names = {
    rbytes: "readBytes",
    wbytes: "writtenBytes",
    rios: "reads",
    wios: "writes",
  } as const;
  for (const [, key, value] of text.matchAll(/ (rbytes|wbytes|rios|wios)=(\d+)/g)) {
    sums[names[key as keyof typeof names]] += Number(value);
  }
  return sums;
}

function readPressure(directory: string): CgroupStats["pressure"] {
  const found: NonNullable<CgroupStats["pressure"]> = {};
  for (const name of ["cpu", "memory", "io"] as const) {
    const pressure = parsePressure(readControl(directory, `${name}.pressure`) ?? "");
    if (pressure !== undefined) found[name] = pressure;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Parses a pressure file; undefined where it holds no `some` line. */
export function parsePressure(text: string): Pressure | undefined {
  const lines = new Map<string, PressureLine>();
  for (const [, kind, avg10, avg60, avg300, total] of text.matchAll(
    /^(some|full) avg10=([\d.]+) avg60=([\d.]+) avg300=([\d.]+) total=(\d+)$/gm,
  )) {
    lines.set(kind ?? "", {
      avg10: Number(avg10),
      avg60: Number(avg60),
      avg300: Number(avg300),
      totalUs: Number(total),
    });
  }
  const some = lines.get("some");
  const full = lines.get("full");
  if (some === undefined) return undefined;
  return full === undefined ? { some } : { some, full };
}
