import { UsageError } from "../error.js";

/**
 * Parses permission bits in octal, such as `1777`.
 * @throws UsageError `INVALID_MODE`.
 */
export function parseMode(text: string, name: string): number {
  if (!/^0?[0-7]{1,4}$/.test(text)) {
    throw new UsageError(`failed to parse ${name} "${text}": not permission bits in octal`, {
      code: "INVALID_MODE",
      hint: "write four octal digits: 1777",
    });
  }
  return Number.parseInt(text, 8);
}
