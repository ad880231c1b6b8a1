import type { Limits } from "@dockher/runtime";
import type { OptionValues } from "../arguments/option.js";
import { parseDeviceRate, parseDeviceWeight } from "../values/disk.js";
import { parseCount } from "./limits.js";
import type { RunOptionTable } from "./option-table.js";

type StartLimitValues = Pick<
  OptionValues<RunOptionTable>,
  | "blkio-weight-device"
  | "device-read-bps"
  | "device-read-iops"
  | "device-write-bps"
  | "device-write-iops"
  | "memory-swappiness"
  | "oom-kill-disable"
>;

/**
 * Reads the limits that a container has from its start or never: as in Docker, they are none of `update`.
 * @throws UsageError `INVALID_LIMIT`; SpecError of the parsers
 */
export function readStartLimits(values: StartLimitValues): Limits {
  const swappiness = values["memory-swappiness"];
  const weights = values["blkio-weight-device"].map(parseDeviceWeight);
  const limits: Limits = {
    // In Docker -1 is to leave it as it is.
    ...(swappiness === undefined || swappiness === "-1"
      ? {}
      : { memorySwappiness: parseCount(swappiness, "--memory-swappiness") }),
    ...(values["oom-kill-disable"] === true ? { oomKillDisable: true } : {}),
    ...(weights.length > 0 ? { blkioWeightDevice: weights } : {}),
  };
  for (const [name, option] of [
    ["deviceReadBps", "device-read-bps"],
    ["deviceWriteBps", "device-write-bps"],
    ["deviceReadIops", "device-read-iops"],
    ["deviceWriteIops", "device-write-iops"],
  ] as const) {
    const rates = values[option].map((text) => parseDeviceRate(text, option));
    if (rates.length > 0) limits[name] = rates;
  }
  return limits;
}
