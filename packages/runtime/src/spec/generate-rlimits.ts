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

const unlimited = { soft: RLIM_INFINITY, hard: RLIM_INFINITY };

/**
 * What a container has in place of its caller's: Linux' own defaults (include/asm-generic/resource.h), files as systemd gives
 * them to Docker, no core dumps, and processes without a limit, because a user's are counted over the whole host: the control
 * group limits those. RLIMIT_SIGPENDING stays as it is, which the kernel derives from its memory.
 */
const DEFAULT_RLIMITS: ReadonlyMap<string, { soft: number; hard: number }> = new Map([
  ["RLIMIT_CPU", unlimited],
  ["RLIMIT_FSIZE", unlimited],
  ["RLIMIT_DATA", unlimited],
  ["RLIMIT_STACK", { soft: 8 * 2 ** 20, hard: RLIM_INFINITY }],
  ["RLIMIT_CORE", { soft: 0, hard: RLIM_INFINITY }],
  ["RLIMIT_NPROC", unlimited],
  ["RLIMIT_NOFILE", { soft: 1024, hard: 524_288 }],
  ["RLIMIT_MEMLOCK", { soft: 8 * 2 ** 20, hard: 8 * 2 ** 20 }],
  ["RLIMIT_AS", unlimited],
  ["RLIMIT_MSGQUEUE", { soft: 819_200, hard: 819_200 }],
  ["RLIMIT_NICE", { soft: 0, hard: 0 }],
  ["RLIMIT_RTPRIO", { soft: 0, hard: 0 }],
  ["RLIMIT_RTTIME", unlimited],
]);

/**
 * The rlimits of a container: the defaults, and in their place the caller's wishes, where `Infinity` is no limit.
 * @throws RuntimeError `INVALID_ULIMIT`
 */
export function generateRlimits(ulimits: Record<string, Ulimit>): POSIXRlimit[] {
  const limits = new Map(DEFAULT_RLIMITS);
  for (const { type, ...limit } of parseUlimits(ulimits)) limits.set(type, limit);
  return [...limits].map(([type, limit]) => ({ type, ...limit }));
}

function parseUlimits(ulimits: Record<string, Ulimit>): POSIXRlimit[] {
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
