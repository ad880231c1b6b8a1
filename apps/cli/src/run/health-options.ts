import type { HealthcheckOptions } from "@dockher/runtime";
import { parseDuration } from "@dockher/spec";
import type { OptionValues } from "../arguments/option.js";
import { UsageError } from "../error.js";
import type { RunOptionTable } from "./option-table.js";

/**
 * What the command line says of the container's health check; undefined leaves it to the image.
 * @throws UsageError `CONFLICTING_OPTIONS`, `INVALID_HEALTHCHECK`; SpecError `INVALID_DURATION`
 */
export function readHealthcheck(
  values: OptionValues<RunOptionTable>,
): Partial<HealthcheckOptions> | "none" | undefined {
  const check: Partial<HealthcheckOptions> = {};
  const command = values["health-cmd"];
  if (command !== undefined && command !== "") check.command = ["/bin/sh", "-c", command];
  for (const [name, key] of [
    ["health-interval", "interval"],
    ["health-timeout", "timeout"],
    ["health-start-period", "startPeriod"],
    ["health-start-interval", "startInterval"],
  ] as const) {
    const text = values[name];
    // In Docker, 0 is the default.
    if (text !== undefined && !/^0\w*$/.test(text)) {
      check[key] = parseDuration(text, { name: `--${name}` });
    }
  }
  const retries = values["health-retries"];
  if (retries !== undefined) check.retries = parseRetries(retries);
  const isGiven = Object.keys(check).length > 0;
  if (values["no-healthcheck"] !== true) return isGiven ? check : undefined;
  if (!isGiven) return "none";
  throw new UsageError("failed to apply --no-healthcheck: other words say how to check", {
    code: "CONFLICTING_OPTIONS",
    hint: "leave out --no-healthcheck, or the --health-… words",
  });
}

function parseRetries(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`failed to parse --health-retries "${text}": not a whole number`, {
    code: "INVALID_HEALTHCHECK",
    hint: "write --health-retries 3",
  });
}
