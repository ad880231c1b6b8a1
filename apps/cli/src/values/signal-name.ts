import { constants } from "node:os";
import { UsageError } from "../error.js";

/**
 * Reads a signal as kill(1) does: `SIGTERM`, `term`, `15`.
 * @throws UsageError `INVALID_SIGNAL`
 */
export function parseSignal(text: string): NodeJS.Signals {
  const { signals } = constants;
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  const upper = text.toUpperCase();
  const wanted = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  for (const [name, value] of Object.entries(signals)) {
    if (name === wanted || value === number) return name as NodeJS.Signals;
  }
  throw new UsageError(`failed to parse signal "${text}": there is none such`, {
    code: "INVALID_SIGNAL",
    hint: "write a name or a number: TERM, SIGKILL, 9",
  });
}
