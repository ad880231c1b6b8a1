import type { SecurityOptions } from "@dockher/runtime";
import { UsageError } from "../error.js";
import { readSeccompProfile } from "./seccomp-profile.js";

export type SecurityValue = Pick<SecurityOptions, "noNewPrivileges" | "seccomp">;

/** Words that ask for what is so already: nothing here confines by them. */
const ALREADY_SO = new Set(["apparmor=unconfined", "label=disable"]);

/**
 * Reads Docker's `--security-opt` words. `no-new-privileges` is on by default here and can be switched off.
 * @throws UsageError `UNSUPPORTED` for what nothing would carry out, `INVALID_SECCOMP_PROFILE` for a file that is no JSON.
 */
export function readSecurityOptions(words: readonly string[], cwd: string): SecurityValue {
  const value: SecurityValue = {};
  for (const word of words) {
    // Docker still understands the older form with a colon.
    const normal = word.replace(/^([a-z-]+):/, "$1=");
    if (normal === "no-new-privileges" || normal === "no-new-privileges=true") {
      value.noNewPrivileges = true;
    } else if (normal === "no-new-privileges=false") {
      value.noNewPrivileges = false;
    } else if (normal.startsWith("seccomp=")) {
      value.seccomp = readSeccomp(normal.slice("seccomp=".length), cwd);
    } else if (!ALREADY_SO.has(normal)) {
      throw new UsageError(`failed to apply --security-opt "${word}": it is not supported yet`, {
        code: "UNSUPPORTED",
        hint: "supported: no-new-privileges[=true|false], seccomp=FILE|unconfined|default",
      });
    }
  }
  return value;
}

/** `builtin` is Docker's word for the default. */
function readSeccomp(text: string, cwd: string): NonNullable<SecurityValue["seccomp"]> {
  if (text === "unconfined") return "unconfined";
  if (text === "default" || text === "builtin") return "default";
  return readSeccompProfile(text, cwd);
}
