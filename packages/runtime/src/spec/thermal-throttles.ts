import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const CPUS = "/sys/devices/system/cpu";

/** The per-CPU counters that tell a container how hot its host runs; Docker masks them since version 28. */
export function listThermalThrottles(): string[] {
  if (!existsSync(join(CPUS, "cpu0/thermal_throttle"))) return [];
  return readdirSync(CPUS)
    .filter((entry) => /^cpu\d+$/.test(entry))
    .map((entry) => join(CPUS, entry, "thermal_throttle"));
}
