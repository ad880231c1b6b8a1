import type { OptionValues } from "../arguments/option.js";
import { readConfig } from "../config.js";
import { parseDetachKeys } from "../values/detach-keys.js";

/** The options of what joins this terminal with a container's. */
export const ATTACH_OPTIONS = {
  "detach-keys": {
    kind: "value",
    placeholder: "KEYS",
    summary: "What leaves the container alone (ctrl-p,ctrl-q)",
  },
  "sig-proxy": {
    kind: "flag",
    summary: "Hand signals on to the command (the default; --sig-proxy=false keeps them)",
  },
} as const;

/** @throws UsageError `INVALID_DETACH_KEYS`, `INVALID_CONFIG` */
export function readAttachOptions(
  values: Partial<OptionValues<typeof ATTACH_OPTIONS>>,
  env: NodeJS.ProcessEnv,
): { detachKeys: Uint8Array; proxy: boolean } {
  return {
    detachKeys: readDetachKeys(values["detach-keys"], env),
    proxy: values["sig-proxy"] !== false,
  };
}

/**
 * The bytes of the keys that are given, else configured, else Docker's; an empty word counts as none, as in Docker.
 * @throws UsageError `INVALID_DETACH_KEYS`, `INVALID_CONFIG`
 */
export function readDetachKeys(given: string | undefined, env: NodeJS.ProcessEnv): Uint8Array {
  return parseDetachKeys(given || readConfig(env).detachKeys);
}
