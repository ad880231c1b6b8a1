import type { Healthcheck } from "@dockher/ns";
import type { ImageHealthcheck } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { compileEntry } from "./compile-entry.js";
import type { ContainerTarget, KeptContainer } from "./find-container.js";

/** How a container is asked whether it is well: Docker's words and defaults. */
export interface HealthcheckOptions {
  /** What is run inside, as the container's user: exit code 0 is healthy. `["/bin/sh", "-c", …]` for a line of shell. */
  command: string[];
  /** Milliseconds between the end of one check and the next. Default 30 000. */
  interval?: number;
  /** Milliseconds after which a check has failed. Default 30 000. */
  timeout?: number;
  /** Milliseconds from the start in which failures do not count. Default 0. */
  startPeriod?: number;
  /** Milliseconds between two checks within the start period, until the first that succeeds. Default 5000. */
  startInterval?: number;
  /** How many failures in a row make it unhealthy. Default 3. */
  retries?: number;
}

const DEFAULTS = {
  interval: 30_000,
  timeout: 30_000,
  startPeriod: 0,
  startInterval: 5_000,
  retries: 3,
} as const;

/** A day: what a monitor waits at most. */
const LONGEST = 86_400_000;

/**
 * The check of a container: the caller's, else its image's, with what the caller leaves out from there; `"none"` is none.
 * @throws RuntimeError `INVALID_HEALTHCHECK`
 */
export function resolveHealthcheck(
  given: Partial<HealthcheckOptions> | "none" | undefined,
  image: ImageHealthcheck | undefined,
): Required<HealthcheckOptions> | undefined {
  if (given === "none") return undefined;
  const inherited = readImage(image);
  const command = given?.command ?? inherited?.command;
  if (command === undefined) {
    if (given === undefined) return undefined;
    throw refuse("there is no command", "name one: the image has none of its own");
  }
  const check = { ...DEFAULTS, ...inherited, ...given, command };
  if (command.length === 0) throw refuse("the command is empty", "name a program");
  for (const name of ["interval", "timeout", "startPeriod", "startInterval"] as const) {
    const least = name === "startPeriod" ? 0 : 1;
    if (!Number.isInteger(check[name]) || check[name] < least || check[name] > LONGEST) {
      throw refuse(`${name}: ${check[name]} is no number of milliseconds`, "at most a day");
    }
  }
  if (!Number.isInteger(check.retries) || check.retries < 1 || check.retries > 1_000_000) {
    throw refuse(`retries: ${check.retries} is out of range`, "at least 1");
  }
  return check;
}

/** The image's: `Test` begins with how the rest is meant, and times are nanoseconds; 0 stands for the default. */
function readImage(image: ImageHealthcheck | undefined): HealthcheckOptions | undefined {
  const [kind, ...words] = image?.Test ?? [];
  if (image === undefined || (kind !== "CMD" && kind !== "CMD-SHELL")) return undefined;
  const milliseconds = (nanoseconds: number | undefined): number | undefined =>
    nanoseconds ? Math.max(1, Math.round(nanoseconds / 1e6)) : undefined;
  const entries = Object.entries({
    interval: milliseconds(image.Interval),
    timeout: milliseconds(image.Timeout),
    startPeriod: milliseconds(image.StartPeriod),
    startInterval: milliseconds(image.StartInterval),
    retries: image.Retries || undefined,
  }).filter(([, value]) => value !== undefined);
  return {
    command: kind === "CMD" ? words : ["/bin/sh", "-c", ...words],
    ...Object.fromEntries(entries),
  };
}

export interface CompileHealthcheckOptions extends Pick<ContainerTarget, "directories"> {
  /** Of the run that is about to begin. */
  userNamespace: UserNamespace;
}

/** The check as the container's monitor carries it out. */
export async function compileHealthcheck(
  found: KeptContainer,
  { directories, userNamespace }: CompileHealthcheckOptions,
): Promise<Healthcheck | undefined> {
  const check = found.config.healthcheck;
  if (check === undefined) return undefined;
  const options = {
    command: check.command,
    stdin: "null",
    stdout: "pipe",
    stderr: "pipe",
    ...(directories === undefined ? {} : { directories }),
  } as const;
  const plan = await compileEntry(found, { ...options, entered: { userNamespace } });
  return {
    plan,
    intervalMilliseconds: check.interval,
    timeoutMilliseconds: check.timeout,
    startPeriodMilliseconds: check.startPeriod,
    startIntervalMilliseconds: check.startInterval,
    retries: check.retries,
  };
}

function refuse(reason: string, hint: string): RuntimeError {
  return new RuntimeError(`failed to check the container's health: ${reason}`, {
    code: "INVALID_HEALTHCHECK",
    hint,
  });
}
