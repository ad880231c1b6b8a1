import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./error.js";

/** The settings of `config.json`. */
export interface Config {
  /** The image of a `dockher run` that names none. */
  image?: string;
  /** What detaches from a container, as `--detach-keys` has it. */
  detachKeys?: string;
}

const SETTINGS: ReadonlySet<string> = new Set(["image", "detachKeys"] satisfies (keyof Config)[]);

/**
 * Reads the configuration: the file that `DOCKHER_CONFIG` names, which must be there, else the machine's or the user's, where there is one.
 * @throws UsageError `INVALID_CONFIG`.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const named = env["DOCKHER_CONFIG"] || undefined;
  const path = named ?? locateConfig(env);
  const reject = (reason: string, cause?: unknown): UsageError =>
    new UsageError(`failed to read the configuration ${path}: ${reason}`, {
      code: "INVALID_CONFIG",
      hint: 'it is JSON, such as { "image": "debian" }',
      cause,
    });
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT" && named === undefined) return {};
    throw reject((cause as Error).message, cause);
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw reject("it is no object");
  }
  for (const [key, value] of Object.entries(config)) {
    if (!SETTINGS.has(key)) throw reject(`there is no setting "${key}"`);
    if (typeof value !== "string" || value === "") throw reject(`"${key}" is no text`);
  }
  return config;
}

function locateConfig(env: NodeJS.ProcessEnv): string {
  if (process.geteuid?.() === 0) return "/etc/dockher/config.json";
  const directory = env["XDG_CONFIG_HOME"] || join(env["HOME"] ?? "/", ".config");
  return join(directory, "dockher", "config.json");
}
