import { type Stats, statSync } from "node:fs";
import type { LinuxBlockIO } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { Limits } from "../options.js";
import { describeDevice } from "./host-devices.js";

const LEAST_WEIGHT = 10;
const MOST_WEIGHT = 1000;

const RATES = {
  deviceReadBps: "throttleReadBpsDevice",
  deviceWriteBps: "throttleWriteBpsDevice",
  deviceReadIops: "throttleReadIOPSDevice",
  deviceWriteIops: "throttleWriteIOPSDevice",
} as const satisfies Partial<Record<keyof Limits, keyof LinuxBlockIO>>;

type DeviceLimit = keyof typeof RATES | "blkioWeight" | "blkioWeightDevice";

/**
 * The OCI limits of block I/O; disks are looked up now, and known by their numbers from then on.
 * @throws RuntimeError `INVALID_LIMIT`, `DEVICE_NOT_FOUND`
 */
export function generateBlockIO(limits: Limits): LinuxBlockIO {
  const blockIO: LinuxBlockIO = {};
  const { blkioWeight, blkioWeightDevice = [] } = limits;
  if (blkioWeight !== undefined) {
    checkWeight("blkioWeight", blkioWeight);
    blockIO.weight = blkioWeight;
  }
  if (blkioWeightDevice.length > 0) {
    blockIO.weightDevice = blkioWeightDevice.map(({ path, weight }) => {
      checkWeight("blkioWeightDevice", weight);
      return { ...findDisk("blkioWeightDevice", path), weight };
    });
  }
  for (const name of Object.keys(RATES) as (keyof typeof RATES)[]) {
    const rates = limits[name] ?? [];
    if (rates.length === 0) continue;
    blockIO[RATES[name]] = rates.map(({ path, rate }) => {
      if (!Number.isSafeInteger(rate) || rate < 1) {
        throw refuse(name, `${rate} is no rate`, "write a whole number of at least 1");
      }
      return { ...findDisk(name, path), rate };
    });
  }
  return blockIO;
}

function checkWeight(name: DeviceLimit, weight: number): void {
  if (Number.isInteger(weight) && weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT) return;
  throw refuse(
    name,
    `${weight} is out of range`,
    `write a whole number from ${LEAST_WEIGHT} to ${MOST_WEIGHT}`,
  );
}

function findDisk(name: DeviceLimit, path: string): { major: number; minor: number } {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (cause) {
    throw new RuntimeError(`failed to limit ${name}: ${path} is not there`, {
      code: "DEVICE_NOT_FOUND",
      hint: "lsblk -p lists the disks",
      cause,
    });
  }
  if (!path.startsWith("/") || !stats.isBlockDevice()) {
    throw refuse(name, `${path} is no disk`, "lsblk -p lists the disks");
  }
  const { major = 0, minor = 0 } = describeDevice(path, stats);
  return { major, minor };
}

function refuse(name: DeviceLimit, reason: string, hint: string): RuntimeError {
  return new RuntimeError(`failed to limit ${name}: ${reason}`, { code: "INVALID_LIMIT", hint });
}
