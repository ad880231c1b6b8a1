import { SpecError } from "./error.js";

type SizeUnit = "b" | "k" | "m" | "g" | "t" | "p";

const FACTORS: Record<SizeUnit, number> = {
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([bkmgtp])(?:i?b)?)?$/i;

export interface ParseSizeOptions {
  /** What a bare number counts: Docker's `--memory` takes bytes, the seed's `--mem` takes MiB. Default `b`. */
  unit?: SizeUnit;
  /** How the message names the value, such as `--mem`. Default `size`. */
  name?: string;
}

/**
 * Parses a size such as `200`, `512m`, `1.5g` or `64KiB` into bytes. Units are binary, as in docker's CLI.
 * @throws SpecError `INVALID_SIZE` where the text is no positive size below 2^53 bytes.
 */
export function parseSize(text: string, options: ParseSizeOptions = {}): number {
  const { unit = "b", name = "size" } = options;
  const match = SIZE.exec(text.trim());
  const reject = (reason: string): SpecError =>
    new SpecError(`failed to parse ${name} "${text}": ${reason}`, {
      code: "INVALID_SIZE",
      hint: `write a number${unit === "m" ? " of MiB" : ""}, or a number with a unit: 512m, 2g`,
    });
  if (match === null) throw reject("not a size");
  const suffix = (match[2]?.toLowerCase() ?? unit) as SizeUnit;
  const bytes = Math.floor(Number(match[1]) * FACTORS[suffix]);
  if (bytes < 1) throw reject("it must be more than zero");
  if (!Number.isSafeInteger(bytes)) throw reject("it is larger than any machine");
  return bytes;
}
