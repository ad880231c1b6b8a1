import { RuntimeError } from "../error.js";

/** setTimeout() of Node takes anything longer, and anything that is no number, for 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws RuntimeError `INVALID_TIMEOUT` */
export function checkTimeout(timeout: number): void {
  if (timeout > 0 && timeout <= LONGEST_MS) return;
  throw new RuntimeError(`failed to limit the time to ${timeout} ms: it is no such time`, {
    code: "INVALID_TIMEOUT",
    hint: "write milliseconds, more than 0 and less than 24 days",
  });
}
