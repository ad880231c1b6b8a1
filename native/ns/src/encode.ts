import type { LinuxIDMapping, NamespaceType } from "@dockher/spec";
import { NsError } from "./error.js";
import type { Plan, RlimitType, Stdio, Step, TargetOptions } from "./plan.js";
import { type PlanRecord, RecordWriter } from "./record-writer.js";

/** The numbers of shim/plan.h. */
const Op = {
  argument: 1,
  environment: 2,
  join: 3,
  cgroup: 4,
  cgroupProcs: 5,
  uidMap: 6,
  gidMap: 7,
  mount: 16,
  openTree: 17,
  createMount: 18,
  mountAttributes: 19,
  moveMount: 20,
  mkdir: 21,
  mknod: 22,
  symlink: 23,
  chmod: 24,
  chown: 25,
  pivotRoot: 26,
  mask: 27,
  readOnly: 28,
  hostname: 29,
  domainname: 30,
  writeProc: 31,
  loopbackUp: 32,
  console: 33,
  rlimit: 34,
  bounding: 35,
  groups: 36,
  gid: 37,
  uid: 38,
  capabilities: 39,
  noNewPrivileges: 40,
  seccomp: 41,
  chdir: 42,
} as const;

const Flag = { park: 1, init: 2, ownMemory: 4, chownStdio: 8, denySetgroups: 16 } as const;

const stdioKinds = { null: 0, inherit: 1, pipe: 2, console: 3 } as const;

const createTargets = { directory: 1, file: 2 } as const;

/** asm-generic/resource.h, the same on x86-64 and aarch64. */
const rlimitNumbers: Readonly<Record<RlimitType, number>> = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
};

/** linux/openat2.h. */
const RESOLVE_NO_SYMLINKS = 4;
/** linux/fcntl.h. */
const AT_RECURSIVE = 0x8000;

/** linux/sched.h. */
const cloneFlags: Readonly<Record<NamespaceType, number>> = {
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  user: 0x10000000,
  pid: 0x20000000,
  network: 0x40000000,
};

const PLAN_MAGIC = 0x6e6c7044;
const PLAN_VERSION = 1;
const HEADER_SIZE = 64;
const MAX_SLOTS = 256;

/** Whether the process is held before its first step, until it is released. */
export type Hold = "none" | "park";

/**
 * Encode a plan into the one buffer that the shim takes (layout: shim/plan.h).
 * @throws NsError `INVALID_PLAN` for what could not be carried out by any kernel
 */
export function encodePlan(plan: Plan, hold: Hold = "none"): Uint8Array {
  const writer = new RecordWriter(HEADER_SIZE);
  if (plan.args.length === 0) throw invalid("args: a command needs at least one element");
  const streams = plan.stdio.some((stdio) => stdio.kind === "console");
  const consoles = plan.steps.filter((step) => step.op === "console").length;
  if (consoles > 1 || (streams && consoles === 0))
    throw invalid("stdio: a stream of kind console needs the step console, once");
  attempt("plan", () => encodeSettings(writer, plan));
  plan.steps.forEach((step, index) => {
    attempt(`step ${index} (${step.op})`, () => writer.write(encodeStep(step)), index);
  });
  return writer.finish((header, length, count) =>
    encodeHeader(header, { plan, hold, length, count }),
  );
}

function attempt(what: string, encode: () => void, step?: number): void {
  try {
    encode();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new NsError(`failed to encode ${what}: ${cause.message}`, {
      code: "INVALID_PLAN",
      step,
      cause,
    });
  }
}

function encodeSettings(writer: RecordWriter, plan: Plan): void {
  for (const text of plan.args) writer.write({ op: Op.argument, strings: [text] });
  for (const text of plan.env) writer.write({ op: Op.environment, strings: [text] });
  for (const { type, path } of plan.namespaces)
    if (path !== undefined)
      writer.write({ op: Op.join, numbers: [cloneFlags[type]], strings: [path] });
  encodeCgroups(writer, plan);
  encodeMappings(writer, plan);
}

function invalid(reason: string): NsError {
  return new NsError(`failed to encode plan: ${reason}`, { code: "INVALID_PLAN" });
}

function encodeCgroups(writer: RecordWriter, plan: Plan): void {
  if (plan.cgroups?.version === 2) writer.write({ op: Op.cgroup, strings: [plan.cgroups.path] });
  if (plan.cgroups?.version === 1)
    for (const path of plan.cgroups.procs) writer.write({ op: Op.cgroupProcs, strings: [path] });
}

function encodeMappings(writer: RecordWriter, plan: Plan): void {
  if (plan.uidMappings !== undefined)
    writer.write({ op: Op.uidMap, strings: [formatMappings(plan.uidMappings)] });
  if (plan.gidMappings !== undefined)
    writer.write({ op: Op.gidMap, strings: [formatMappings(plan.gidMappings)] });
}

/** As /proc/PID/uid_map takes them (user_namespaces(7)). */
function formatMappings(mappings: readonly LinuxIDMapping[]): string {
  return mappings.map((map) => `${map.containerID} ${map.hostID} ${map.size}\n`).join("");
}

interface HeaderInput {
  plan: Plan;
  hold: Hold;
  length: number;
  count: number;
}

function encodeHeader(header: Uint32Array, { plan, hold, length, count }: HeaderInput): void {
  const created = plan.namespaces.filter((namespace) => namespace.path === undefined);
  const namespaces = created.reduce((flags, { type }) => flags | cloneFlags[type], 0);
  const umask = plan.umask ?? 0o022;
  if (!Number.isInteger(umask) || umask < 0 || umask > 0o777)
    throw invalid(`umask: expected 0 to 0o777, got ${umask}`);

  header.set([PLAN_MAGIC, PLAN_VERSION, length, count, namespaces, 0]);
  header.set([planFlags(plan, hold), umask, plan.stdioOwner?.uid ?? 0], 6);
  header.set([plan.stdioOwner?.gid ?? 0], 9);
  plan.stdio.forEach((stdio, stream) => {
    header.set([stdioKinds[stdio.kind], descriptorOf(stdio)], 10 + stream * 2);
  });
}

function descriptorOf(stdio: Stdio): number {
  if (stdio.kind !== "inherit") return 0;
  if (!Number.isInteger(stdio.fd) || stdio.fd < 0)
    throw invalid(`stdio: expected a descriptor, got ${stdio.fd}`);
  return stdio.fd;
}

function planFlags(plan: Plan, hold: Hold): number {
  return (
    (hold === "park" ? Flag.park : 0) |
    (plan.init === true ? Flag.init : 0) |
    (hold === "park" || needsOwnMemory(plan) ? Flag.ownMemory : 0) |
    (plan.stdioOwner === undefined ? 0 : Flag.chownStdio) |
    (plan.setgroups === "deny" ? Flag.denySetgroups : 0)
  );
}

/**
 * Whether the start must share no memory with Node: what enters a running container could be traced from inside, and
 * while a child waits for its id maps nothing may stand still.
 */
function needsOwnMemory(plan: Plan): boolean {
  return plan.namespaces.some(
    ({ type, path }) => type === "user" || (type === "pid" && path !== undefined),
  );
}

function slot(number: number): number {
  if (!Number.isInteger(number) || number < 0 || number >= MAX_SLOTS)
    throw new RangeError(`slot: expected 0 to ${MAX_SLOTS - 1}, got ${number}`);
  return number;
}

function absolute(path: string): string {
  if (!path.startsWith("/")) throw new RangeError(`expected an absolute path, got "${path}"`);
  return path;
}

function targetFlags({ createTarget, symlinks }: TargetOptions): [number, number] {
  return [
    createTarget === undefined ? 0 : createTargets[createTarget],
    symlinks === "refuse" ? RESOLVE_NO_SYMLINKS : 0,
  ];
}

function encodeOptions(options: readonly (readonly [string, string | true])[]): Uint8Array {
  const parts = options.flatMap(([key, value]) => [key, value === true ? "" : value]);
  for (const part of parts)
    if (part.includes("\0")) throw new RangeError("a string holds a NUL byte");
  return Buffer.from(parts.map((part) => `${part}\0`).join(""));
}

function encodeStep(step: Step): PlanRecord {
  switch (step.op) {
    case "mount":
      return {
        op: Op.mount,
        numbers: [step.flags, ...targetFlags(step)],
        strings: [step.source ?? "", absolute(step.target), step.fstype ?? "", step.data ?? ""],
      };
    case "open-tree":
      return {
        op: Op.openTree,
        numbers: [slot(step.slot), step.recursive ? AT_RECURSIVE : 0],
        strings: [absolute(step.source)],
      };
    case "create-mount":
      return {
        op: Op.createMount,
        numbers: [slot(step.slot), step.attributes],
        strings: [step.fstype, step.source ?? "", encodeOptions(step.options ?? [])],
      };
    case "set-mount-attributes":
      return {
        op: Op.mountAttributes,
        numbers: [
          slot(step.slot),
          step.set,
          step.clear,
          step.propagation ?? 0,
          step.recursive ? 1 : 0,
        ],
      };
    case "move-mount":
      return {
        op: Op.moveMount,
        numbers: [slot(step.slot), ...targetFlags(step)],
        strings: [absolute(step.target)],
      };
    case "mkdir":
      return { op: Op.mkdir, numbers: [step.mode], strings: [absolute(step.path)] };
    case "mknod":
      return {
        op: Op.mknod,
        numbers: [step.mode, step.major, step.minor],
        strings: [absolute(step.path)],
      };
    case "symlink":
      return { op: Op.symlink, strings: [step.target, absolute(step.path)] };
    case "chmod":
      return { op: Op.chmod, numbers: [step.mode], strings: [absolute(step.path)] };
    case "chown":
      return { op: Op.chown, numbers: [step.uid, step.gid], strings: [absolute(step.path)] };
    case "pivot-root":
      return { op: Op.pivotRoot, strings: [absolute(step.newRoot)] };
    case "mask":
      return { op: Op.mask, strings: [absolute(step.path)] };
    case "read-only":
      return { op: Op.readOnly, strings: [absolute(step.path)] };
    case "chdir":
      return { op: Op.chdir, strings: [absolute(step.path)] };
    case "hostname":
      return { op: Op.hostname, strings: [step.name] };
    case "domainname":
      return { op: Op.domainname, strings: [step.name] };
    case "sysctl":
      return { op: Op.writeProc, strings: [`sys/${sysctlPath(step.name)}`, step.value] };
    case "oom-score-adj":
      return { op: Op.writeProc, strings: ["self/oom_score_adj", String(step.value)] };
    case "loopback-up":
      return { op: Op.loopbackUp };
    case "console":
      return {
        op: Op.console,
        numbers: [step.rows, step.columns, step.uid],
        strings: [step.device === undefined ? "" : absolute(step.device)],
      };
    default:
      return encodeCredentialStep(step);
  }
}

type CredentialStep = Extract<
  Step,
  {
    op:
      | "rlimit"
      | "bounding"
      | "groups"
      | "gid"
      | "uid"
      | "capabilities"
      | "no-new-privileges"
      | "seccomp";
  }
>;

function encodeCredentialStep(step: CredentialStep): PlanRecord {
  switch (step.op) {
    case "rlimit":
      return { op: Op.rlimit, numbers: [rlimitNumbers[step.type], step.soft, step.hard] };
    case "bounding":
      return { op: Op.bounding, numbers: [step.keep] };
    case "groups":
      return { op: Op.groups, strings: [encodeGids(step.gids)] };
    case "gid":
      return { op: Op.gid, numbers: [step.gid] };
    case "uid":
      return { op: Op.uid, numbers: [step.uid, step.keepCapabilities ? 1 : 0] };
    case "capabilities":
      return {
        op: Op.capabilities,
        numbers: [step.effective, step.permitted, step.inheritable, step.ambient],
      };
    case "no-new-privileges":
      return { op: Op.noNewPrivileges };
    case "seccomp":
      if (step.program.length === 0 || step.program.length % 8 !== 0)
        throw new RangeError(
          `program: expected 8 bytes an instruction, got ${step.program.length}`,
        );
      return { op: Op.seccomp, numbers: [step.flags ?? 0], strings: [step.program] };
  }
}

function encodeGids(gids: readonly number[]): Uint8Array {
  for (const gid of gids)
    if (!Number.isInteger(gid) || gid < 0 || gid >= 0xffff_ffff)
      throw new RangeError(`gids: expected a gid, got ${gid}`);
  return new Uint8Array(Uint32Array.from(gids).buffer);
}

/** sysctl(8): dots separate, unless there are slashes. */
function sysctlPath(name: string): string {
  const parts = name.split(name.includes("/") ? "/" : ".");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw new RangeError(`name: expected words between dots or slashes, got "${name}"`);
  return parts.join("/");
}
