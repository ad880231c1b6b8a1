import { availableParallelism, totalmem } from "node:os";
import { CPU_PERIOD_US, type LinuxResources } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { Limits } from "../options.js";
import { generateBlockIO } from "./generate-block-io.js";

/** Less than a shell needs to start: Docker's own minimum. */
const LEAST_MEMORY = 6 * 2 ** 20;

/** No limit, said by name: it takes one away that was there. */
const UNLIMITED = -1;

/**
 * The OCI resources for the limits.
 * @throws RuntimeError `INVALID_LIMIT` where a limit cannot be meant or would let nothing start, `DEVICE_NOT_FOUND`
 */
export function generateResources(limits: Limits): LinuxResources {
  const resources: LinuxResources = {};
  const memory = generateMemory(limits);
  if (Object.keys(memory).length > 0) resources.memory = memory;
  const cpu = generateCpu(limits);
  if (Object.keys(cpu).length > 0) resources.cpu = cpu;
  if (limits.pids !== undefined && limits.pids !== UNLIMITED) {
    checkInteger("pids", limits.pids, { least: 1, most: 4_194_304 });
    resources.pids = { limit: limits.pids };
  }
  const blockIO = generateBlockIO(limits);
  if (Object.keys(blockIO).length > 0) resources.blockIO = blockIO;
  return resources;
}

function generateMemory(limits: Limits): NonNullable<LinuxResources["memory"]> {
  const { memory, memorySwap, memoryReservation, memorySwappiness, oomKillDisable } = limits;
  if (memory !== undefined) {
    checkInteger("memory", memory, { least: LEAST_MEMORY, unit: "bytes" });
  }
  if (memorySwap !== undefined) {
    if (memory === undefined) {
      throw refuseLimit("memorySwap", "it needs a memory limit too", "set a memory limit as well");
    }
    if (memorySwap !== UNLIMITED) {
      checkInteger("memorySwap", memorySwap, { least: memory, unit: "bytes" });
    }
  }
  if (memoryReservation !== undefined) {
    checkInteger("memoryReservation", memoryReservation, {
      least: 1,
      most: memory ?? totalmem(),
      unit: "bytes",
    });
  }
  if (memorySwappiness !== undefined) {
    checkInteger("memorySwappiness", memorySwappiness, { least: 0, most: 100 });
  }
  return {
    ...(memory === undefined ? {} : { limit: memory, swap: memorySwap ?? memory }),
    ...(memoryReservation === undefined ? {} : { reservation: memoryReservation }),
    ...(memorySwappiness === undefined ? {} : { swappiness: memorySwappiness }),
    ...(oomKillDisable ? { disableOOMKiller: true } : {}),
  };
}

function generateCpu(limits: Limits): NonNullable<LinuxResources["cpu"]> {
  const { cpuPeriod, cpuShares, cpusetCpus, cpusetMems } = limits;
  const cpuQuota = limits.cpuQuota === UNLIMITED ? undefined : limits.cpuQuota;
  const online = availableParallelism();
  if (cpuPeriod !== undefined) {
    checkInteger("cpuPeriod", cpuPeriod, { least: 1000, most: 1_000_000, unit: "microseconds" });
  }
  const period = cpuPeriod ?? CPU_PERIOD_US;
  if (cpuQuota !== undefined) {
    checkInteger("cpuQuota", cpuQuota, {
      least: 1000,
      most: period * online,
      unit: "microseconds",
    });
  }
  if (cpuShares !== undefined) checkInteger("cpuShares", cpuShares, { least: 2, most: 262_144 });
  checkList("cpusetCpus", cpusetCpus, "CPUs");
  checkList("cpusetMems", cpusetMems, "memory nodes");
  return {
    ...(cpuQuota === undefined ? {} : { quota: cpuQuota }),
    ...(cpuQuota === undefined && cpuPeriod === undefined ? {} : { period }),
    ...(cpuShares === undefined ? {} : { shares: cpuShares }),
    ...(cpusetCpus === undefined ? {} : { cpus: cpusetCpus }),
    ...(cpusetMems === undefined ? {} : { mems: cpusetMems }),
  };
}

function checkList(name: keyof Limits, value: string | undefined, what: string): void {
  if (value === undefined || /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(value)) return;
  throw refuseLimit(name, `"${value}" is no list of ${what}`, "write a list such as 0-2,7");
}

interface Range {
  least: number;
  most?: number;
  unit?: string;
}

function checkInteger(name: keyof Limits, value: number, range: Range): void {
  const { least, most = Number.MAX_SAFE_INTEGER, unit } = range;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const bounds = range.most === undefined ? `at least ${least}` : `from ${least} to ${most}`;
  throw refuseLimit(
    name,
    `${value} is out of range`,
    `write a whole number ${bounds}${unit === undefined ? "" : ` ${unit}`}`,
  );
}

function refuseLimit(name: keyof Limits, reason: string, hint: string): RuntimeError {
  return new RuntimeError(`failed to limit ${name}: ${reason}`, { code: "INVALID_LIMIT", hint });
}
