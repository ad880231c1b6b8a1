import type { Ulimit } from "@dockher/runtime";
import { UsageError } from "../error.js";

/**
 * Parses Docker's `--ulimit NAME=SOFT[:HARD]`; `-1` and `unlimited` are Infinity, and one number is both.
 * @throws UsageError `INVALID_ULIMIT`.
 */
export function parseUlimit(text: string): { name: string; limit: Ulimit } {
  const reject = (reason: string): UsageError =>
    new UsageError(`failed to parse --ulimit "${text}": ${reason}`, {
      code: "INVALID_ULIMIT",
      hint: "write name=soft or name=soft:hard, such as nofile=1024:2048",
    });
  const match = /^([a-z]+)=([^:]+)(?::([^:]+))?$/.exec(text);
  if (match === null) throw reject("not name=soft[:hard]");
  const [, name = "", softText = "", hardText = softText] = match;
  const read = (value: string): number => {
    if (value === "-1" || value === "unlimited") return Number.POSITIVE_INFINITY;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number)) throw reject(`"${value}" is no limit`);
    return number;
  };
  return { name, limit: { soft: read(softText), hard: read(hardText) } };
}
