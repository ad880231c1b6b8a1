import type { LinuxSeccomp } from "@dockher/spec";
import { detectMachine, type Machine } from "./architecture.js";
import { findPrecompiled } from "./default-seccomp.js";
import type { Filter } from "./filter.js";
import type { Surroundings } from "./profile/resolve-profile.js";

export interface CompileSeccompOptions {
  /** Default this machine. */
  machine?: Machine;
}

/** As many profiles as a program may alternate between. */
const MOST_KEPT = 16;
const compiled = new Map<string, Filter>();

/**
 * Compiles a `linux.seccomp` for seccomp(2); the same content a second time costs no more than to compare it.
 * @throws SeccompError `INVALID_SECCOMP_PROFILE`, whose message names the wrong place; `SECCOMP_PROGRAM_TOO_LONG`,
 * `SECCOMP_UNSUPPORTED`
 */
export async function compileSeccomp(
  seccomp: LinuxSeccomp,
  { machine = detectMachine() }: CompileSeccompOptions = {},
): Promise<Filter> {
  const precompiled = findPrecompiled(seccomp, machine);
  if (precompiled !== undefined) return precompiled;
  // Loaded here, because most containers take what is compiled already.
  const [{ parseProfile }, { compileFilter }] = await Promise.all([
    import("./profile/parse-profile.js"),
    import("./compile/compile-filter.js"),
  ]);
  const checked = parseProfile(seccomp);
  const key =
    machine +
    JSON.stringify(checked, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  let filter = compiled.get(key);
  if (filter === undefined) {
    filter = compileFilter({ seccomp: { syscalls: [], ...checked }, machine, newer: "enosys" });
    const [oldest] = compiled.keys();
    if (compiled.size >= MOST_KEPT && oldest !== undefined) compiled.delete(oldest);
    compiled.set(key, filter);
  }
  return filter;
}

/**
 * Turns a profile of unknown shape, in Docker's form or the OCI's, into the `linux.seccomp` of a container.
 * @throws SeccompError `INVALID_SECCOMP_PROFILE`, whose message names the first wrong place
 */
export async function resolveSeccomp(
  profile: unknown,
  surroundings: Surroundings,
): Promise<LinuxSeccomp> {
  const [{ parseProfile }, { resolveProfile }] = await Promise.all([
    import("./profile/parse-profile.js"),
    import("./profile/resolve-profile.js"),
  ]);
  return resolveProfile(parseProfile(profile), surroundings);
}
