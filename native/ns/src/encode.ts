import type { LinuxIDMapping, NamespaceType } from "@dockher/spec";
import { encodeStep } from "./encode-step.js";
import { NsError } from "./error.js";
import { Op } from "./op.js";
import type { Plan, Stdio } from "./plan.js";
import { RecordWriter } from "./record-writer.js";

const Flag = {
  park: 1,
  init: 2,
  ownMemory: 4,
  chownStdio: 8,
  denySetgroups: 16,
  enterUser: 32,
} as const;

const stdioKinds = { null: 0, inherit: 1, pipe: 2, console: 3 } as const;

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
  for (const { type, path, of } of plan.namespaces)
    if (path !== undefined && of !== undefined)
      throw invalid(`namespaces: ${type} has both a path and an owner`);
  if (consoles > 1 || (streams && consoles === 0))
    throw invalid("stdio: a stream of kind console needs the step console, once");
  checkUserNamespace(plan);
  // One try around all, and no closures: encoding is what a start costs the event loop.
  let index = -1;
  try {
    encodeSettings(writer, plan);
    for (const step of plan.steps) {
      index++;
      writer.write(encodeStep(step));
    }
  } catch (cause) {
    throw cause instanceof RangeError ? describeRefusal(plan, index, cause) : cause;
  }
  return writer.finish((header, length, count) =>
    encodeHeader(header, { plan, hold, length, count }),
  );
}

/** `index` is that of the step that was refused, or -1. */
function describeRefusal(plan: Plan, index: number, cause: RangeError): NsError {
  const step = plan.steps[index];
  const what = step === undefined ? "plan" : `step ${index} (${step.op})`;
  return new NsError(`failed to encode ${what}: ${cause.message}`, {
    code: "INVALID_PLAN",
    step: step === undefined ? undefined : index,
    cause,
  });
}

function encodeSettings(writer: RecordWriter, plan: Plan): void {
  for (const text of plan.args) writer.write({ op: Op.argument, strings: [text] });
  for (const text of plan.env) writer.write({ op: Op.environment, strings: [text] });
  for (const { type, path } of plan.namespaces)
    if (path !== undefined)
      writer.write({ op: Op.join, numbers: [cloneFlags[type]], strings: [path] });
  const target = plan.namespaces
    .filter((namespace) => namespace.of === "container")
    .reduce((flags, { type }) => flags | cloneFlags[type], 0);
  if (target !== 0) {
    const { pid = 0, startTicks = 0 } = plan.container ?? {};
    writer.write({ op: Op.joinTarget, numbers: [target, pid, startTicks] });
  }
  if (plan.oomScoreAdj !== undefined)
    writer.write({ op: Op.oomScoreAdj, strings: [String(plan.oomScoreAdj)] });
  encodeCgroups(writer, plan);
  encodeMappings(writer, plan);
}

function invalid(reason: string): NsError {
  return new NsError(`failed to encode plan: ${reason}`, { code: "INVALID_PLAN" });
}

function checkUserNamespace({ namespaces, steps }: Plan): void {
  const entries = steps.filter(({ op }) => op === "enter-user-namespace").length;
  if (entries === 0) return;
  const users = namespaces.filter(({ type }) => type === "user").length;
  if (entries > 1 || users !== 1)
    throw invalid("steps: enter-user-namespace needs one user namespace, and comes once");
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
  const created = plan.namespaces.filter(({ path, of }) => path === undefined && of === undefined);
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
    (plan.setgroups === "deny" ? Flag.denySetgroups : 0) |
    (entersUserNamespace(plan) ? Flag.enterUser : 0)
  );
}

/**
 * Whether the start must share no memory with Node: what enters a running container could be traced from inside, and
 * while a child waits for its id maps nothing may stand still.
 */
function needsOwnMemory(plan: Plan): boolean {
  return plan.namespaces.some(({ type, path, of }) => {
    if (of === "container") return true;
    if (type === "user") return path !== undefined || !entersUserNamespace(plan);
    return type === "pid" && path !== undefined;
  });
}

function entersUserNamespace(plan: Plan): boolean {
  return plan.steps.some(({ op }) => op === "enter-user-namespace");
}
