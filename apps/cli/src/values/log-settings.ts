import type { CreateOptions } from "@dockher/runtime";
import { parseSize } from "@dockher/spec";
import { UsageError } from "../error.js";

type LogSettings = NonNullable<CreateOptions["log"]>;

/**
 * Reads Docker's `--log-driver` and `--log-opt`.
 * @throws UsageError `INVALID_LOG`; SpecError for a size that is none
 */
export function readLogSettings(
  driver: string | undefined,
  options: readonly string[],
): LogSettings {
  const refuse = (what: string, hint: string): UsageError =>
    new UsageError(`failed to apply ${what}`, { code: "INVALID_LOG", hint });
  if (driver === "none") {
    if (options.length === 0) return { driver: "none" };
    throw refuse(`--log-opt ${options[0]}: nothing is logged`, "leave it out");
  }
  if (driver !== undefined && driver !== "json-file") {
    throw refuse(`--log-driver ${driver}: there is no such driver`, "choose json-file or none");
  }
  const settings: Extract<LogSettings, { driver: "json-file" }> = { driver: "json-file" };
  for (const option of options) {
    const [, name, value = ""] = /^([^=]*)=(.*)$/.exec(option) ?? [];
    if (name === "max-size") settings.maxSize = parseSize(value, { name: "--log-opt max-size" });
    else if (name === "max-file" && /^[1-9]\d*$/.test(value)) settings.maxFile = Number(value);
    else
      throw refuse(
        `--log-opt ${option}: there is no such option`,
        "write max-size=10m or max-file=3",
      );
  }
  if (settings.maxFile !== undefined && settings.maxSize === undefined) {
    throw refuse(
      "--log-opt max-file: nothing is rotated without a size",
      "add --log-opt max-size=10m",
    );
  }
  return settings;
}
