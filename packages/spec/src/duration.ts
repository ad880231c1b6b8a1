import { SpecError } from "./error.js";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** setTimeout(3) of Node holds 31 bits of milliseconds, about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Parses a duration such as `10`, `1.5s`, `250ms` or `1h30m` into milliseconds. A bare number is seconds, as in podman's `--timeout`.
 * @throws SpecError `INVALID_DURATION` where the text is no duration between 1 ms and 24 days.
 */
export function parseDuration(text: string, options: { name?: string } = {}): number {
  const { name = "duration" } = options;
  const trimmed = text.trim();
  const reject = (reason: string): SpecError =>
    new SpecError(`failed to parse ${name} "${text}": ${reason}`, {
      code: "INVALID_DURATION",
      hint: "write seconds, or a number with a unit: 250ms, 10s, 1h30m",
    });
  let ms: number;
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) {
    ms = Number(trimmed) * UNITS.s;
  } else if (DURATION.test(trimmed)) {
    ms = 0;
    for (const [, amount, unit] of trimmed.matchAll(PART)) {
      ms += Number(amount) * UNITS[unit as keyof typeof UNITS];
    }
  } else {
    throw reject("not a duration");
  }
  ms = Math.round(ms);
  if (ms < 1) throw reject("it must be more than zero");
  if (ms > LONGEST_MS) throw reject("it must be less than 24 days");
  return ms;
}
