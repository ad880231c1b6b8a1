import type { LinuxSeccomp } from "@dockher/spec";
import { detectMachine, type Machine } from "./architecture.js";
import type { Filter } from "./filter.js";
import { PRECOMPILED_PROGRAMS } from "./precompiled-programs.js";
import {
  DEFAULT_PROFILE,
  PROFILE_CAPABILITIES,
  SOCKETCALL_RULE,
} from "./profile/default-profile.js";
import { resolveProfile } from "./profile/resolve-profile.js";

export interface DefaultSeccompOptions {
  /** The bounding set: full names. Some open system calls that they are needed for. */
  capabilities: readonly string[];
  /** Default this machine. */
  machine?: Machine;
  /**
   * Whether 32-bit x86 programs may make sockets through socketcall(2), of any family: glibc for i386 and Go for 386 know no other way.
   * Default `closed`.
   */
  socketcall?: "open" | "closed";
}

const made = new Map<string, LinuxSeccomp>();
const precompiled = new WeakMap<LinuxSeccomp, { machine: Machine; filter: Filter }>();

/** What holds where the caller wishes nothing else. The result is shared and frozen. */
export function createDefaultSeccomp(options: DefaultSeccompOptions): LinuxSeccomp {
  const key = describeDefault(options);
  let seccomp = made.get(key);
  if (seccomp === undefined) {
    seccomp = resolveDefault(options);
    made.set(key, seccomp);
    const program = PRECOMPILED_PROGRAMS[key];
    if (program !== undefined) {
      const filter = { program: Buffer.from(program, "base64"), flags: 0 };
      precompiled.set(seccomp, { machine: options.machine ?? detectMachine(), filter });
    }
  }
  return seccomp;
}

/** All that makes a difference between two default profiles, in words. */
export function describeDefault(options: DefaultSeccompOptions): string {
  const { machine = detectMachine(), socketcall = "closed" } = options;
  const capabilities = PROFILE_CAPABILITIES.filter((name) => options.capabilities.includes(name));
  return [machine, socketcall, ...capabilities].join(" ");
}

function resolveDefault(options: DefaultSeccompOptions): LinuxSeccomp {
  const { capabilities, machine = detectMachine(), socketcall = "closed" } = options;
  const { syscalls = [], ...rest } = DEFAULT_PROFILE;
  const rules = socketcall === "open" ? [...syscalls, SOCKETCALL_RULE] : syscalls;
  return freeze(resolveProfile({ ...rest, syscalls: rules }, { capabilities, machine }));
}

/** The filter that was compiled when the package was made, where there is one. */
export function findPrecompiled(seccomp: LinuxSeccomp, machine: Machine): Filter | undefined {
  const found = precompiled.get(seccomp);
  return found?.machine === machine ? found.filter : undefined;
}

function freeze(seccomp: LinuxSeccomp): LinuxSeccomp {
  for (const rule of seccomp.syscalls ?? []) {
    Object.freeze(rule.names);
    for (const arg of rule.args ?? []) Object.freeze(arg);
    Object.freeze(rule.args);
    Object.freeze(rule);
  }
  Object.freeze(seccomp.architectures);
  Object.freeze(seccomp.syscalls);
  return Object.freeze(seccomp);
}
