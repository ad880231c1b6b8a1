import type { POSIXRlimit } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { Ulimit } from "../options.js";

/** getrlimit(2). */
export const RLIMITS: readonly string[] = [
  "RLIMIT_CPU",
  "RLIMIT_FSIZE",
  "RLIMIT_DATA",
  "RLIMIT_STACK",
  "RLIMIT_CORE",
  "RLIMIT_RSS",
  "RLIMIT_NPROC",
  "RLIMIT_NOFILE",
  "RLIMIT_MEMLOCK",
  "RLIMIT_AS",
  "RLIMIT_LOCKS",
  "RLIMIT_SIGPENDING",
  "RLIMIT_MSGQUEUE",
  "RLIMIT_NICE",
  "RLIMIT_RTPRIO",
  "RLIMIT_RTTIME",
];

/** As JSON.parse reads the 2^64-1 of the specification's uint64. */
export const RLIM_INFINITY: number = 2 ** 64;

/**
 * The rlimits; `Infinity` is no limit.
 * @throws RuntimeError `INVALID_ULIMIT`
 */
export function generateRlimits(ulimits: Record<string, Ulimit>): POSIXRlimit[] {
  return Object.entries(ulimits).map(([name, { soft, hard }]) => {
    const type = `RLIMIT_${name.toUpperCase()}`;
    const refuse = (reason: string, hint: string): RuntimeError =>
      new RuntimeError(`failed to limit ${name}: ${reason}`, { code: "INVALID_ULIMIT", hint });
    if (!RLIMITS.includes(type)) {
      const known = RLIMITS.map((one) => one.slice("RLIMIT_".length).toLowerCase()).join(" ");
      throw refuse("there is no such limit", `the limits are ${known}`);
    }
    if (!isLimit(soft) || !isLimit(hard)) {
      throw refuse("it is no number", "write whole numbers, 0 or more");
    }
    if (soft > hard) throw refuse(`soft ${soft} is above hard ${hard}`, "lower the soft limit");
    return { type, soft: Math.min(soft, RLIM_INFINITY), hard: Math.min(hard, RLIM_INFINITY) };
  });
}

function isLimit(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 0);
}
