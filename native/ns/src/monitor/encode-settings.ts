import { encodePlan } from "../encode.js";
import { NsError } from "../error.js";
import { numberSignal } from "../exit.js";
import type { Plan, PlanCgroups } from "../plan.js";
import { RecordWriter } from "../record-writer.js";
import { checkSubjectName, escapeSubject } from "./journal-subject.js";
import type {
  ContainerCgroup,
  Healthcheck,
  JournalSettings,
  LogSettings,
  MonitorOptions,
  RestartPolicy,
} from "./options.js";

/** `enum mon_setting` in shim/monitor/settings.h. */
const Setting = {
  plan: 1,
  directory: 2,
  socketDirectory: 3,
  log: 4,
  stdin: 5,
  stop: 6,
  restart: 7,
  health: 8,
  oomCounter: 9,
  kill: 10,
  cgroupProcs: 11,
  exitArgument: 12,
  exitEnvironment: 13,
  hold: 14,
  journal: 15,
  frozen: 16,
} as const;

const SETTINGS_MAGIC = 0x6e6f6d44;
const SETTINGS_VERSION = 1;
const HEADER_SIZE = 16;

const stdinModes = { none: 0, open: 1, once: 2 } as const;
const restartPolicies = { no: 0, always: 1, "unless-stopped": 2, "on-failure": 3 } as const;

/** MON_LONGEST in shim/monitor/settings.c: a day, in milliseconds. */
const LONGEST = 86_400_000;
const MOST_FILES = 1000;
/** As a frame's value has it: MON_SET_POLICY in shim/monitor/frame.h. */
const MOST_RETRIES = 2 ** 31 - 1;
/** MON_NAME_SIZE there, less what a rotated file has behind its name. */
const LONGEST_NAME = 240;
const LAST_SIGNAL = 64;
/** Those before are the standard streams, which a monitor has none of. */
const FIRST_DESCRIPTOR = 3;
const LAST_DESCRIPTOR = 2 ** 30;

/**
 * Encode what a monitor is started from (layout: shim/monitor/settings.h).
 * @throws NsError `INVALID_PLAN`, `INVALID_MONITOR`
 */
export function encodeSettings(options: MonitorOptions): Uint8Array {
  const writer = new RecordWriter(HEADER_SIZE);
  const { directory, socketDirectory, exitCommand } = options;
  const stop = options.stop ?? { signal: "SIGTERM", timeoutMilliseconds: 10_000 };
  try {
    if (options.heldDescriptor !== undefined)
      integer("heldDescriptor", options.heldDescriptor, FIRST_DESCRIPTOR, LAST_DESCRIPTOR);
    writer.write({ op: Setting.plan, strings: [encodeOwnPlan(options.plan)] });
    writer.write({ op: Setting.directory, strings: [absolute("directory", directory)] });
    if (socketDirectory !== undefined)
      writer.write({
        op: Setting.socketDirectory,
        strings: [absolute("socketDirectory", socketDirectory)],
      });
    encodeLog(writer, options.log);
    writer.write({ op: Setting.stdin, numbers: [encodeStdin(options)] });
    writer.write({
      op: Setting.stop,
      numbers: [
        integer("stop.signal", numberSignal(stop.signal), 1, LAST_SIGNAL),
        integer("stop.timeoutMilliseconds", stop.timeoutMilliseconds, 0, LONGEST),
      ],
    });
    writer.write({
      op: Setting.restart,
      numbers: numberRestartPolicy(options.restart ?? { name: "no" }),
    });
    if (options.healthcheck !== undefined) encodeHealth(writer, options.healthcheck);
    encodeCgroup(writer, options.cgroup ?? {});
    encodeOwnCgroups(writer, options.monitorCgroups);
    if (options.holdMilliseconds !== undefined)
      writer.write({
        op: Setting.hold,
        numbers: [integer("holdMilliseconds", options.holdMilliseconds, 0, LONGEST)],
      });
    if (options.journal !== undefined) encodeJournal(writer, options.journal);
    if (exitCommand !== undefined) encodeExitCommand(writer, exitCommand);
  } catch (cause) {
    throw cause instanceof RangeError ? invalid(cause.message, cause) : cause;
  }
  return writer.finish((header, length, count) =>
    header.set([SETTINGS_MAGIC, SETTINGS_VERSION, length, count]),
  );
}

/**
 * Encode a plan that a monitor carries out: parked, because it never waits for a start.
 * @throws NsError `INVALID_PLAN`
 */
export function encodeOwnPlan(plan: Plan): Uint8Array {
  if (plan.stdio.some(({ kind }) => kind === "inherit"))
    throw new NsError("failed to encode plan: stdio: a monitor has no descriptor to inherit", {
      code: "INVALID_PLAN",
    });
  if (plan.container !== undefined)
    throw new NsError("failed to encode plan: container: a monitor enters its own", {
      code: "INVALID_PLAN",
    });
  return encodePlan(plan, "park");
}

function invalid(reason: string, cause?: Error): NsError {
  return new NsError(`failed to encode the monitor's settings: ${reason}`, {
    code: "INVALID_MONITOR",
    cause,
  });
}

function absolute(name: string, path: string): string {
  if (!path.startsWith("/")) throw new RangeError(`${name}: expected an absolute path: "${path}"`);
  return path;
}

function integer(name: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new RangeError(`${name}: expected ${low} to ${high}, got ${value}`);
  return value;
}

function encodeLog(writer: RecordWriter, log: LogSettings): void {
  if (log.driver === "none") {
    writer.write({ op: Setting.log, numbers: [0, 0, 1], strings: ["none"] });
    return;
  }
  const { name = "container.log", maxSize, maxFile = 1 } = log;
  const length = Buffer.byteLength(name);
  if (length === 0 || length > LONGEST_NAME || name.includes("/") || /^\.{1,2}$/.test(name))
    throw new RangeError(`log.name: expected the name of a file, got "${name}"`);
  const size =
    maxSize === undefined ? 0 : integer("log.maxSize", maxSize, 1, Number.MAX_SAFE_INTEGER);
  if (maxSize === undefined && maxFile !== 1)
    throw new RangeError("log.maxFile: nothing is rotated without maxSize");
  writer.write({
    op: Setting.log,
    numbers: [1, size, integer("log.maxFile", maxFile, 1, MOST_FILES)],
    strings: [name],
  });
}

function encodeStdin({ plan, stdin = "none" }: MonitorOptions): number {
  const { kind } = plan.stdio[0];
  if (stdin !== "none" && kind !== "pipe" && kind !== "console")
    throw new RangeError(`stdin: "${stdin}" needs a pipe or a console in the plan`);
  if (stdin === "none" && kind === "pipe")
    throw new RangeError('stdin: nobody would ever write to the pipe of the plan with "none"');
  return stdinModes[stdin];
}

/**
 * A policy as its number in `enum mon_restart`, and how often it applies, 0 for ever.
 * @throws RangeError
 */
export function numberRestartPolicy(policy: RestartPolicy): [policy: number, retries: number] {
  const retries = policy.name === "on-failure" ? (policy.maximumRetryCount ?? 0) : 0;
  return [
    restartPolicies[policy.name],
    integer("restart.maximumRetryCount", retries, 0, MOST_RETRIES),
  ];
}

function encodeHealth(writer: RecordWriter, health: Healthcheck): void {
  if (health.plan.stdio.some(({ kind }, stream) => (kind === "pipe") !== stream > 0))
    throw new RangeError("healthcheck.plan: expected null for stdin and two pipes in stdio");
  writer.write({
    op: Setting.health,
    numbers: [
      integer("healthcheck.intervalMilliseconds", health.intervalMilliseconds, 1, LONGEST),
      integer("healthcheck.timeoutMilliseconds", health.timeoutMilliseconds, 1, LONGEST),
      integer("healthcheck.startPeriodMilliseconds", health.startPeriodMilliseconds, 0, LONGEST),
      integer(
        "healthcheck.startIntervalMilliseconds",
        health.startIntervalMilliseconds,
        1,
        LONGEST,
      ),
      integer("healthcheck.retries", health.retries, 1, 1_000_000),
    ],
    strings: [encodeOwnPlan(health.plan)],
  });
}

function encodeJournal(writer: RecordWriter, journal: JournalSettings): void {
  const path = absolute("journal.path", journal.path);
  const size = integer("journal.maxSize", journal.maxSize, 1, Number.MAX_SAFE_INTEGER);
  const { id, name, attributes } = journal.subject;
  writer.write({
    op: Setting.journal,
    numbers: [size],
    strings: [path, `${path}.1`, escapeSubject(id, attributes), checkSubjectName(name)],
  });
}

function encodeCgroup(writer: RecordWriter, { oomCounter, kill, frozen }: ContainerCgroup): void {
  if (frozen !== undefined)
    writer.write({ op: Setting.frozen, strings: [absolute("cgroup.frozen", frozen)] });
  if (oomCounter !== undefined)
    writer.write({
      op: Setting.oomCounter,
      strings: [absolute("cgroup.oomCounter", oomCounter)],
    });
  if (kill === undefined) return;
  const killFile = kill.version === 2 ? absolute("cgroup.kill.kill", kill.kill) : "";
  const freezer = kill.version === 1 ? (kill.freezer ?? "") : "";
  writer.write({
    op: Setting.kill,
    strings: [killFile, absolute("cgroup.kill.procs", kill.procs), freezer],
  });
}

function encodeOwnCgroups(writer: RecordWriter, cgroups: PlanCgroups | undefined): void {
  if (cgroups === undefined) return;
  const procs = cgroups.version === 2 ? [`${cgroups.path}/cgroup.procs`] : cgroups.procs;
  for (const path of procs)
    writer.write({ op: Setting.cgroupProcs, strings: [absolute("monitorCgroups", path)] });
}

function encodeExitCommand(
  writer: RecordWriter,
  { args, env }: { args: readonly string[]; env: readonly string[] },
): void {
  const [program = "", ...rest] = args;
  for (const text of [absolute("exitCommand.args", program), ...rest])
    writer.write({ op: Setting.exitArgument, strings: [text] });
  for (const text of env) writer.write({ op: Setting.exitEnvironment, strings: [text] });
}
