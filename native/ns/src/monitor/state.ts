import { NsError } from "../error.js";

/** What a monitor writes to state.json, whole and atomically, whenever it changes. */
export type ContainerState = StateBase &
  (
    | { status: "running"; pid: number; startTicks: number; startedAt: string }
    /** Its last run has ended; the next begins after the backoff. */
    | { status: "restarting"; exit: ContainerExit; startedAt?: string; finishedAt?: string }
    /** For good. */
    | { status: "exited"; exit: ContainerExit; startedAt?: string; finishedAt?: string }
  );

interface StateBase {
  version: 1;
  /** /proc/sys/kernel/random/boot_id: of another boot, everything here is dead. */
  bootId: string;
  /** Alive means the same pid, start time and boot. */
  monitor: { pid: number; startTicks: number };
  restartCount: number;
  /** Somebody stopped it, so that it does not restart. */
  stopped: boolean;
  health?: ContainerHealth;
  /** `errno` is positive while the last write to the log failed; what was not logged is counted. */
  log: { errno: number; lostEntries: number };
}

export interface ContainerExit {
  /** Docker's: 128 + n where signal n ended it; 125 to 127 where a restart failed. */
  exitCode: number;
  signal?: number;
  /** By the kernel's own counter in the container's cgroup. */
  oomKilled: boolean;
  userMicroseconds: number;
  systemMicroseconds: number;
  peakResidentBytes: number;
  /** A restart that failed: what describeFailure takes. */
  failure?: { phase: number; index: number; errno: number; detail: number; signal: number };
}

export interface ContainerHealth {
  status: "starting" | "healthy" | "unhealthy";
  failingStreak: number;
  /** The last five, the oldest first; `output` is cut off after 4 KiB. */
  log: { start: string; end: string; exitCode: number; output: string }[];
}

type Fields = Readonly<Record<string, unknown>>;

const STATE_VERSION = 1;
const statuses = ["running", "restarting", "exited"] as const;

/**
 * Parse what state.json holds. `source` is how errors name it.
 * @throws NsError `STATE_INVALID` that says where it is damaged
 */
export function parseState(text: string, source = "state.json"): ContainerState {
  const fields = parseFields(text, source);
  const check = new FieldCheck(source);
  if (fields["version"] !== STATE_VERSION)
    throw check.describe("version", `${STATE_VERSION}`, fields["version"]);
  const status = statuses.find((name) => name === fields["status"]);
  if (status === undefined) throw check.describe("status", statuses.join(", "), fields["status"]);
  check.fields(fields, "", { bootId: "string", restartCount: "number", stopped: "boolean" });
  check.nested(fields, "monitor", { pid: "number", startTicks: "number" });
  check.nested(fields, "log", { errno: "number", lostEntries: "number" });
  if (status === "running")
    check.fields(fields, "", { pid: "number", startTicks: "number", startedAt: "string" });
  else check.nested(fields, "exit", { exitCode: "number", oomKilled: "boolean" });
  if (fields["health"] !== undefined)
    check.nested(fields, "health", { status: "string", failingStreak: "number", log: "object" });
  // Checked above, as far as a damaged file could hurt.
  return fields as unknown as ContainerState;
}

function parseFields(text: string, source: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = text.trim() === "" ? "it is empty" : String(cause);
    throw new NsError(`failed to read ${source}: ${reason}`, { code: "STATE_INVALID", cause });
  }
  if (!isFields(value))
    throw new NsError(`failed to read ${source}: no object`, { code: "STATE_INVALID" });
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

type FieldTypes = Readonly<Record<string, "string" | "number" | "boolean" | "object">>;

class FieldCheck {
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  fields(fields: Fields, prefix: string, types: FieldTypes): void {
    for (const [name, type] of Object.entries(types))
      if (typeof fields[name] !== type) throw this.describe(prefix + name, type, fields[name]);
  }

  nested(fields: Fields, name: string, types: FieldTypes): void {
    const value = fields[name];
    if (!isFields(value)) throw this.describe(name, "object", value);
    this.fields(value, `${name}.`, types);
  }

  describe(name: string, expected: string, got: unknown): NsError {
    return new NsError(
      `failed to read ${this.source}: ${name}: expected ${expected}, got ${JSON.stringify(got)}`,
      { code: "STATE_INVALID" },
    );
  }
}
