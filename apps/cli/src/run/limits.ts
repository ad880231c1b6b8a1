import { availableParallelism } from "node:os";
import type { Limits } from "@dockher/runtime";
import { CPU_PERIOD_US, parseCpuPercentage, parseCpus, parseSize } from "@dockher/spec";
import type { OptionValues } from "../arguments/option.js";
import { UsageError } from "../error.js";
import type { RunOptionTable } from "./option-table.js";

export type LimitValues = Pick<
  OptionValues<RunOptionTable>,
  | "blkio-weight"
  | "cpu"
  | "cpu-period"
  | "cpu-quota"
  | "cpu-shares"
  | "cpus"
  | "cpuset-cpus"
  | "cpuset-mems"
  | "mem"
  | "memory"
  | "memory-reservation"
  | "memory-swap"
  | "pids-limit"
>;

/**
 * Reads the limits of the command line; the runtime knows which of them can be held.
 * @throws UsageError `INVALID_LIMIT` or `CONFLICTING_OPTIONS`; SpecError of the parsers.
 */
export function readLimits(values: LimitValues, online: number = availableParallelism()): Limits {
  const limits: Limits = {};
  const memory = readMemory(values);
  if (memory !== undefined) limits.memory = memory;
  const swap = values["memory-swap"];
  if (swap !== undefined) {
    limits.memorySwap = swap === "-1" ? -1 : parseSize(swap, { name: "--memory-swap" });
  }
  const reservation = values["memory-reservation"];
  if (reservation !== undefined) {
    limits.memoryReservation = parseSize(reservation, { name: "--memory-reservation" });
  }
  Object.assign(limits, readCpu(values, online));
  const shares = values["cpu-shares"];
  if (shares !== undefined) limits.cpuShares = parseCount(shares, "--cpu-shares");
  const cpuset = values["cpuset-cpus"];
  if (cpuset !== undefined) limits.cpusetCpus = cpuset;
  const nodes = values["cpuset-mems"];
  if (nodes !== undefined) limits.cpusetMems = nodes;
  const pids = values["pids-limit"];
  if (pids !== undefined) {
    // In Docker both are no limit.
    limits.pids = pids === "-1" || pids === "0" ? -1 : parseCount(pids, "--pids-limit");
  }
  const weight = values["blkio-weight"];
  // In Docker zero is none.
  if (weight !== undefined && weight !== "0") {
    limits.blkioWeight = parseCount(weight, "--blkio-weight");
  }
  return limits;
}

function readMemory({ mem, memory }: LimitValues): number | undefined {
  if (mem !== undefined && memory !== undefined) throw refuseBoth("--mem", "--memory");
  if (mem !== undefined) return parseSize(mem, { name: "--mem", unit: "m" });
  return memory === undefined ? undefined : parseSize(memory, { name: "--memory" });
}

function readCpu(values: LimitValues, online: number): Pick<Limits, "cpuPeriod" | "cpuQuota"> {
  const { cpu, cpus, "cpu-quota": quota, "cpu-period": period } = values;
  if (cpu !== undefined && cpus !== undefined) throw refuseBoth("--cpu", "--cpus");
  for (const [name, text, parse] of [
    ["--cpu", cpu, parseCpuPercentage],
    ["--cpus", cpus, parseCpus],
  ] as const) {
    if (text === undefined) continue;
    if (quota !== undefined) throw refuseBoth(name, "--cpu-quota");
    if (period !== undefined) throw refuseBoth(name, "--cpu-period");
    const cpuQuota = parse(text, { online, name });
    // Named, so that it is the part of this period in a container that had another.
    return { cpuQuota, cpuPeriod: CPU_PERIOD_US };
  }
  return {
    ...(quota === undefined
      ? {}
      : { cpuQuota: quota === "-1" ? -1 : parseCount(quota, "--cpu-quota") }),
    ...(period === undefined ? {} : { cpuPeriod: parseCount(period, "--cpu-period") }),
  };
}

/** @throws UsageError `INVALID_LIMIT` */
export function parseCount(text: string, name: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new UsageError(`failed to parse ${name} "${text}": not a whole number`, {
    code: "INVALID_LIMIT",
    hint: `write ${name} 512`,
  });
}

function refuseBoth(one: string, other: string): UsageError {
  return new UsageError(`failed to apply ${one} and ${other}: they set the same limit`, {
    code: "CONFLICTING_OPTIONS",
    hint: "give one of the two",
  });
}
