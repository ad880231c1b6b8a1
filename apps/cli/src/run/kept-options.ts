import type { CreateOptions } from "@dockher/runtime";
import type { OptionValues } from "../arguments/option.js";
import { UsageError } from "../error.js";
import { parseExposedPorts } from "../values/exposed-port.js";
import { readLabels } from "../values/label.js";
import { readLogSettings } from "../values/log-settings.js";
import { parseRestartPolicy } from "../values/restart-policy.js";
import { parseSignal } from "../values/signal-name.js";
import { readHealthcheck } from "./health-options.js";
import { isRemovedAtEnd } from "./needs-monitor.js";
import type { RunOptionTable } from "./option-table.js";

type RunValues = OptionValues<RunOptionTable>;

/**
 * What the command line says of a container that stays, beyond what it is.
 * @throws UsageError, SpecError for bad values
 */
export function readKeptOptions(values: RunValues): Partial<CreateOptions> {
  const { restart, "stop-signal": signal, "stop-timeout": timeout } = values;
  if (restart !== undefined && restart !== "no" && values.rm === true) {
    throw new UsageError("failed to apply --restart and --rm: they contradict each other", {
      code: "CONFLICTING_OPTIONS",
      hint: "give one of the two",
    });
  }
  const healthcheck = readHealthcheck(values);
  return {
    ...(healthcheck === undefined ? {} : { healthcheck }),
    openStdin: values.interactive === true,
    autoRemove: isRemovedAtEnd(values),
    labels: readLabels({ labels: values.label, labelFiles: values["label-file"] }),
    exposedPorts: values.expose.flatMap(parseExposedPorts),
    log: readLogSettings(values["log-driver"], values["log-opt"]),
    ...(restart === undefined ? {} : { restart: parseRestartPolicy(restart) }),
    ...(signal === undefined ? {} : { stopSignal: parseSignal(signal) }),
    ...(timeout === undefined ? {} : { stopTimeout: parseSeconds(timeout, "--stop-timeout") }),
  };
}

/**
 * Whole seconds in milliseconds; Docker's -1 is for ever.
 * @throws UsageError `INVALID_TIMEOUT`
 */
export function parseSeconds(text: string, name: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text) * 1000;
  throw new UsageError(`failed to parse ${name} "${text}": not a number of seconds`, {
    code: "INVALID_TIMEOUT",
    hint: `write ${name} 10, up to a day`,
  });
}
