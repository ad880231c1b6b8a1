import { closeSync, constants } from "node:fs";
import { NsError, openInRoot } from "@dockher/ns";
import { createDefaultSeccomp, resolveSeccomp } from "@dockher/seccomp";
import type { LinuxSeccomp } from "@dockher/spec";
import type { SecurityOptions } from "../options.js";

/** Where i386's dynamic linker lies, by its ABI. */
const I386_LINKER = "/lib/ld-linux.so.2";

export interface SelectSeccompOptions {
  options: Pick<SecurityOptions, "seccomp" | "privileged">;
  /** The container's bounding set. */
  capabilities: readonly string[];
  /** The directories that make up the root filesystem. */
  layers: readonly string[];
}

/**
 * The filter that the options mean; undefined for none, which is Docker's meaning of `privileged` as well.
 * @throws SeccompError `INVALID_SECCOMP_PROFILE`
 */
export async function selectSeccomp(
  given: SelectSeccompOptions,
): Promise<LinuxSeccomp | undefined> {
  const { options, capabilities, layers } = given;
  const seccomp = options.seccomp ?? (options.privileged ? "unconfined" : "default");
  if (seccomp === "unconfined") return undefined;
  if (seccomp !== "default") return resolveSeccomp(seccomp, { capabilities });
  // What would use socketcall(2) is there only with 32-bit libraries: everywhere else its way to all address families is closed.
  const socketcall = process.arch === "x64" && layers.some(hasI386Linker) ? "open" : "closed";
  return createDefaultSeccomp({ capabilities, socketcall });
}

function hasI386Linker(root: string): boolean {
  try {
    closeSync(
      openInRoot({ root, path: I386_LINKER, flags: constants.O_RDONLY | constants.O_NOCTTY }),
    );
    return true;
  } catch (error) {
    // Whatever else lies there is no linker, and to keep the way closed is safe.
    if (error instanceof NsError) return false;
    throw error;
  }
}
