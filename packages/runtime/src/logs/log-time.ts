import { RuntimeError } from "../error.js";

/**
 * A point in time as `2006-01-02T15:04:05.999999999Z`: always UTC and nine digits, so that comparing the texts compares
 * the times.
 */
export type LogTime = string & { readonly __brand: "LogTime" };

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** time.ParseDuration of Go. */
const DURATION = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const DURATION_PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;
const SECONDS = /^(-?\d+)(?:\.(\d{1,9}))?$/;
const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:\d{2})?$/;
const CANONICAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/;

/**
 * Parses what Docker's `--since` and `--until` take: a duration of Go before now (`10m`, `1h30m`), seconds since 1970
 * (`1136073845.5`), or a date of RFC 3339, which may be short of its zone (the local one then), its time or its seconds.
 * @param now milliseconds since 1970
 * @throws RuntimeError `INVALID_TIME`
 */
export function parseLogTime(text: string, now: number = Date.now()): LogTime {
  const parsed = text === "0" ? undefined : subtractDuration(text, now);
  const time = parsed ?? readSeconds(text) ?? readDate(text);
  if (time !== undefined) return time;
  throw new RuntimeError(`failed to parse the time "${text}": it is none`, {
    code: "INVALID_TIME",
    hint: "write 10m for ten minutes ago, 2006-01-02T15:04:05Z, or seconds since 1970",
  });
}

/** The time of an entry; undefined where it is none. */
export function readLogTime(text: string): LogTime | undefined {
  return CANONICAL.test(text) ? (text as LogTime) : readDate(text);
}

/** @throws RuntimeError `INVALID_TIME` */
export function toLogTime(time: string | Date): LogTime {
  return typeof time === "string" ? parseLogTime(time) : parseLogTime(`${time.getTime() / 1000}`);
}

function subtractDuration(text: string, now: number): LogTime | undefined {
  const sign = DURATION.exec(text)?.[1];
  if (sign === undefined) return undefined;
  let nanoseconds = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of text.matchAll(DURATION_PART)) {
    const scale = NANOSECONDS[unit] ?? 0n;
    nanoseconds += BigInt(whole || "0") * scale;
    nanoseconds += (BigInt(fraction || "0") * scale) / 10n ** BigInt(fraction.length);
  }
  const since = BigInt(Math.round(now * 1e6)) - (sign === "-" ? -nanoseconds : nanoseconds);
  return formatNanoseconds(since);
}

function readSeconds(text: string): LogTime | undefined {
  const [, seconds, fraction = ""] = SECONDS.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const part = BigInt(fraction.padEnd(9, "0"));
  const whole = BigInt(seconds) * 1_000_000_000n;
  return formatNanoseconds(seconds.startsWith("-") ? whole - part : whole + part);
}

function readDate(text: string): LogTime | undefined {
  const [, date, minutes = "00:00", seconds = "00", fraction = "", zone = ""] =
    DATE.exec(text.toUpperCase()) ?? [];
  if (date === undefined) return undefined;
  // Date.parse() takes the 31st of February for a day of March.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined;
  const milliseconds = Date.parse(`${date}T${minutes}:${seconds}${zone}`);
  if (Number.isNaN(milliseconds)) return undefined;
  const nanoseconds = BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  return formatNanoseconds(nanoseconds);
}

const SECOND = 1_000_000_000n;
/** 0000-01-01 and 9999-12-31, in seconds since 1970: what has four digits of a year. */
const FIRST = -62_167_219_200n;
const LAST = 253_402_300_799n;

/** Times that have no form of ours are as good as the first and the last that have. */
function formatNanoseconds(nanoseconds: bigint): LogTime {
  const part = ((nanoseconds % SECOND) + SECOND) % SECOND;
  const whole = (nanoseconds - part) / SECOND;
  const seconds = whole < FIRST ? FIRST : whole > LAST ? LAST : whole;
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${date}.${part.toString().padStart(9, "0")}Z` as LogTime;
}
