import { basename, dirname, join } from "node:path";
import type { LogSettings, RestartPolicy } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import type { NamedMount } from "../volumes/name-volumes.js";
import type { HealthcheckOptions } from "./healthcheck.js";
import type { KeptOptions } from "./options.js";
import { readWholeSync } from "./read-whole-sync.js";
import { writeWholeSync } from "./write-whole-sync.js";

/** The file `config.json` of a kept container: what it is, as it was created. */
export interface ContainerConfig {
  version: 1;
  id: string;
  name: string;
  /** ISO 8601. */
  created: string;
  /** As the caller named it, or the root filesystem's directory. */
  image: string;
  /** `sha256:…`; absent for a root filesystem. */
  imageId?: string;
  /** Whose ids its files have on disk: see {@link UserNamespace}. */
  userNamespace: UserNamespace["type"];
  /** The entrypoint and the command, as they are run. */
  args: string[];
  /** What the image and the caller say together of the process, as it was created. */
  process?: { env: string[]; user: string; cwd: string };
  options: KeptOptions;
  mounts: NamedMount[];
  openStdin: boolean;
  labels: Record<string, string>;
  /** Such as `80/tcp`; absent in those that an earlier version made. */
  exposedPorts?: string[];
  log: LogSettings;
  restart: RestartPolicy;
  healthcheck?: Required<HealthcheckOptions>;
  stopSignal: NodeJS.Signals;
  stopTimeout: number;
  autoRemove: boolean;
  finishCommand: readonly string[];
}

const VERSION = 1;
const FILE = "config.json";

/** JSON has no infinity, which an ulimit may be. */
const INFINITE = "Infinity";

export function writeConfig(directory: string, config: ContainerConfig): void {
  const text = JSON.stringify(config, (_, value: unknown) =>
    value === Number.POSITIVE_INFINITY ? INFINITE : value,
  );
  writeWholeSync(join(directory, FILE), `${text}\n`);
}

/**
 * Reads what {@link writeConfig} wrote; undefined where there is no such file.
 * @throws RuntimeError `CONFIG_INVALID` for one that is damaged, or of a later version
 */
export function readConfig(directory: string): ContainerConfig | undefined {
  const path = join(directory, FILE);
  const refuse = (reason: string, cause?: unknown) => refuseConfig(path, reason, cause);
  const text = readWholeSync({ path, refuse });
  return text === undefined ? undefined : parseConfig(text, path);
}

/** A container has been kept since its configuration was written. */
export function refuseMissingConfig(directory: string): RuntimeError {
  return refuseConfig(join(directory, FILE), "it is not there");
}

function refuseConfig(path: string, reason: string, cause?: unknown): RuntimeError {
  return new RuntimeError(`failed to read ${path}: ${reason}`, {
    code: "CONFIG_INVALID",
    hint: "remove the container: dockher rm -f",
    cause,
  });
}

/** @throws RuntimeError `CONFIG_INVALID` that says where it is damaged */
export function parseConfig(text: string, path: string): ContainerConfig {
  const refuse = (reason: string, cause?: unknown) => refuseConfig(path, reason, cause);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(text.trim() === "" ? "it is empty" : (error as Error).message, error);
  }
  if (!isObject(value)) throw refuse("it is no object");
  if (value["version"] !== VERSION) {
    throw refuse(`version: expected ${VERSION}, got ${JSON.stringify(value["version"])}`);
  }
  for (const [field, type] of Object.entries(FIELDS)) {
    const found = nameType(value[field]);
    if (found !== type) throw refuse(`${field}: expected ${type}, got ${found}`);
  }
  const config = value as unknown as ContainerConfig;
  if (config.id !== basename(dirname(path))) throw refuse("id: it is another container's");
  if (value["process"] !== undefined && !isObject(value["process"])) {
    throw refuse(`process: expected object, got ${nameType(value["process"])}`);
  }
  if (!USER_NAMESPACES.includes(config.userNamespace)) {
    throw refuse(`userNamespace: ${JSON.stringify(config.userNamespace)} is none`);
  }
  if (Number.isNaN(Date.parse(config.created))) throw refuse("created: it is no date");
  if (!config.args.every((word) => typeof word === "string")) throw refuse("args: it has no words");
  const { exposedPorts = [] } = config;
  if (!Array.isArray(exposedPorts) || !exposedPorts.every((port) => typeof port === "string")) {
    throw refuse("exposedPorts: they are no ports");
  }
  for (const limit of Object.values(config.options.ulimits ?? {})) {
    if ((limit.soft as unknown) === INFINITE) limit.soft = Number.POSITIVE_INFINITY;
    if ((limit.hard as unknown) === INFINITE) limit.hard = Number.POSITIVE_INFINITY;
  }
  return config;
}

const USER_NAMESPACES: readonly UserNamespace["type"][] = ["host", "mapped", "rootless"];

const FIELDS = {
  id: "string",
  name: "string",
  created: "string",
  image: "string",
  userNamespace: "string",
  args: "array",
  options: "object",
  mounts: "array",
  openStdin: "boolean",
  labels: "object",
  log: "object",
  restart: "object",
  stopSignal: "string",
  stopTimeout: "number",
  autoRemove: "boolean",
  finishCommand: "array",
} as const satisfies Partial<Record<keyof ContainerConfig, string>>;

function nameType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
