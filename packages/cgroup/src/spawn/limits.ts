import type { LinuxResources } from "@dockher/spec";
import { CgroupError } from "../error.js";

/** Limits in people's units. */
export interface Limits {
  /** Bytes, of memory and swap together. */
  memory?: number;
  /** Processors' worth of time: 0.5 is half of one, 2 is two. */
  cpu?: number;
  /** Processes and threads. */
  pids?: number;
  /** Which processors, such as `0-2,7`. */
  cpus?: string;
}

/** The kernel's own period, and Docker's: microseconds. */
const PERIOD_US = 100_000;

/** @throws CgroupError `INVALID_LIMITS`; what remains is checked as OCI resources. */
export function toResources(limits: Limits): LinuxResources {
  const { memory, cpu, pids, cpus, ...unknown } = limits;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) throw reject(stranger, "it is not known here");
  if (memory === -1) throw reject("memory", "leave it out for no limit");
  if (pids !== undefined && pids < 1) throw reject("pids", "leave it out for no limit");
  if (cpu !== undefined && !(Number.isFinite(cpu) && cpu >= 0.01)) {
    throw reject("cpu", "write a number of processors, at least 0.01");
  }
  const quota = cpu === undefined ? {} : { quota: Math.round(cpu * PERIOD_US), period: PERIOD_US };
  const processors = cpus === undefined ? {} : { cpus };
  return {
    ...(memory === undefined ? {} : { memory: { limit: memory } }),
    ...(cpu === undefined && cpus === undefined ? {} : { cpu: { ...quota, ...processors } }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}

function reject(name: string, reason: string): CgroupError {
  return new CgroupError(`failed to apply limits: ${name}: ${reason}`, { code: "INVALID_LIMITS" });
}
