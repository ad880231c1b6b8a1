import { SpecError } from "./error.js";

/** The period of the kernel's bandwidth control, microseconds; the kernel's own default, and Docker's. */
export const CPU_PERIOD_US = 100_000;

/** The kernel refuses a quota below 1 ms: Documentation/scheduler/sched-bwc.rst. */
const SHORTEST_QUOTA_US = 1000;

export interface ParseCpuOptions {
  /** How many processors this machine has: no limit above that can be meant. */
  online: number;
  name?: string;
}

const NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * Parses percent of one core, such as `50` or `50%`, into a quota in microseconds for each {@link CPU_PERIOD_US}.
 * @throws SpecError `INVALID_CPU` where the text is no percentage from 1 to 100 times the processors.
 */
export function parseCpuPercentage(text: string, options: ParseCpuOptions): number {
  return parseQuota(text.trim().replace(/%$/, ""), {
    text,
    online: options.online,
    name: options.name ?? "CPU percentage",
    perCore: 100,
    unit: "%",
  });
}

/**
 * Parses a number of processors, such as `0.5` or `2` (Docker's `--cpus`), into a quota in microseconds for each {@link CPU_PERIOD_US}.
 * @throws SpecError `INVALID_CPU` where the text is no number from 0.01 to the processors of the machine.
 */
export function parseCpus(text: string, options: ParseCpuOptions): number {
  return parseQuota(text.trim(), {
    text,
    online: options.online,
    name: options.name ?? "number of CPUs",
    perCore: 1,
    unit: "",
  });
}

interface Quota {
  text: string;
  online: number;
  name: string;
  perCore: number;
  unit: string;
}

function parseQuota(amount: string, quota: Quota): number {
  const { text, online, name, perCore, unit } = quota;
  const range = `${perCore / 100}${unit} to ${online * perCore}${unit}`;
  const reject = (reason: string): SpecError =>
    new SpecError(`failed to parse ${name} "${text}": ${reason}`, {
      code: "INVALID_CPU",
      hint: `this machine has ${online} CPU${online === 1 ? "" : "s"}: write ${range}`,
    });
  if (!NUMBER.test(amount)) throw reject("not a number");
  const cores = Number(amount) / perCore;
  const quotaUs = Math.round(cores * CPU_PERIOD_US);
  if (quotaUs < SHORTEST_QUOTA_US) throw reject("it is too little to run anything");
  if (cores > online) throw reject(`this machine has only ${online} CPU${online === 1 ? "" : "s"}`);
  return quotaUs;
}
