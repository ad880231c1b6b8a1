import type { StopContainerOptions } from "@dockher/runtime";
import type { OptionValues } from "../arguments/option.js";
import { parseSignal } from "../values/signal-name.js";
import { parseSeconds } from "./kept-options.js";

/** The options of `stop` and `restart`. */
export const STOP_OPTIONS = {
  time: {
    kind: "value",
    short: "t",
    aliases: ["timeout"],
    placeholder: "SECONDS",
    summary: "After how long it is killed (10, or what it was created with)",
  },
  signal: { kind: "value", short: "s", placeholder: "SIGNAL", summary: "What asks it to end" },
} as const;

/** @throws UsageError `INVALID_SIGNAL`, `INVALID_TIMEOUT` */
export function readStopOptions({
  time,
  signal,
}: OptionValues<typeof STOP_OPTIONS>): Pick<StopContainerOptions, "signal" | "timeout"> {
  return {
    ...(signal === undefined ? {} : { signal: parseSignal(signal) }),
    // In Docker, -1 is as long as it takes.
    ...(time === undefined
      ? {}
      : { timeout: time === "-1" ? Number.POSITIVE_INFINITY : parseSeconds(time, "--time") }),
  };
}
