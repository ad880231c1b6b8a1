import { Op } from "./op.js";
import type { RlimitType, Step, TargetOptions } from "./plan.js";
import type { PlanRecord } from "./record-writer.js";

type Device = NonNullable<Extract<Step, { op: "open-tree" }>["device"]>;

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

/** NS_MAX_SLOTS in shim/plan.h. */
const MAX_SLOTS = 256;

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

/** The file types of inode(7). */
const deviceTypes = { c: 0o020000, b: 0o060000 } as const;

function deviceNumbers({ type, major, minor }: Device): [number, number, number] {
  return [deviceTypes[type], major, minor];
}

function encodeOptions(options: readonly (readonly [string, string | true])[]): Uint8Array {
  const parts = options.flatMap(([key, value]) => [key, value === true ? "" : value]);
  for (const part of parts)
    if (part.includes("\0")) throw new RangeError("a string holds a NUL byte");
  return Buffer.from(parts.map((part) => `${part}\0`).join(""));
}

/**
 * The record of a step.
 * @throws RangeError for what no kernel could carry out
 */
export function encodeStep(step: Step): PlanRecord {
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
        numbers: [
          slot(step.slot),
          step.recursive ? AT_RECURSIVE : 0,
          ...(step.device === undefined ? [0, 0, 0] : deviceNumbers(step.device)),
        ],
        strings: [absolute(step.source), step.subpath ?? "", namespaceOf(step)],
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
          step.slot === undefined ? 0 : slot(step.slot),
          step.set,
          step.clear,
          step.propagation ?? 0,
          step.recursive ? 1 : 0,
          step.idmap ? 1 : 0,
        ],
        strings: [step.target === undefined ? "" : absolute(step.target)],
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
      | "seccomp"
      | "file-owner"
      | "enter-user-namespace";
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
    case "file-owner":
      return { op: Op.fileOwner, numbers: [step.uid, step.gid] };
    case "enter-user-namespace":
      return { op: Op.enterUserNamespace };
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

function namespaceOf({ namespace, subpath }: Extract<Step, { op: "open-tree" }>): string {
  if (namespace === undefined) return "";
  if (subpath !== undefined)
    throw new RangeError("a subpath is not looked for in another namespace");
  return absolute(namespace);
}

/** sysctl(8): dots separate, unless there are slashes. */
function sysctlPath(name: string): string {
  const parts = name.split(name.includes("/") ? "/" : ".");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw new RangeError(`name: expected words between dots or slashes, got "${name}"`);
  return parts.join("/");
}
