import type { DeviceRate, DeviceWeight } from "@dockher/runtime";
import { parseSize } from "@dockher/spec";
import { UsageError } from "../error.js";

export type RateOption = `device-${"read" | "write"}-${"bps" | "iops"}`;

/**
 * `PATH:RATE` of `--device-read-bps` and its like: bytes with a suffix, or a number of operations.
 * @throws UsageError `INVALID_LIMIT`; SpecError `INVALID_SIZE`
 */
export function parseDeviceRate(text: string, option: RateOption): DeviceRate {
  const counted = option.endsWith("iops");
  const example = counted ? "/dev/sda:1000" : "/dev/sda:10m";
  const [path, rate] = splitDevice(text, { option, example });
  if (!counted) return { path, rate: parseSize(rate, { name: `--${option}` }) };
  return { path, rate: parseNumber(rate, text, { option, example }) };
}

/**
 * `PATH:WEIGHT` of `--blkio-weight-device`.
 * @throws UsageError `INVALID_LIMIT`
 */
export function parseDeviceWeight(text: string): DeviceWeight {
  const words = { option: "blkio-weight-device", example: "/dev/sda:200" };
  const [path, weight] = splitDevice(text, words);
  return { path, weight: parseNumber(weight, text, words) };
}

interface Words {
  option: string;
  example: string;
}

function splitDevice(text: string, words: Words): [path: string, value: string] {
  const [, path, value] = /^(\/.+):([^:]+)$/.exec(text) ?? [];
  if (path === undefined || value === undefined) throw refuse(text, words);
  return [path, value];
}

function parseNumber(value: string, text: string, words: Words): number {
  if (!/^[1-9]\d{0,14}$/.test(value)) throw refuse(text, words);
  return Number(value);
}

function refuse(text: string, { option, example }: Words): UsageError {
  return new UsageError(`failed to parse --${option} "${text}"`, {
    code: "INVALID_LIMIT",
    hint: `write --${option} ${example}`,
  });
}
