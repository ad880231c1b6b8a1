import { UsageError } from "../error.js";

export interface SecurityValue {
  noNewPrivileges?: boolean;
}

/** Words that ask for what is so already: nothing here confines by them. */
const ALREADY_SO = new Set(["seccomp=unconfined", "apparmor=unconfined", "label=disable"]);

/**
 * Reads Docker's `--security-opt` words. `no-new-privileges` is on by default here and can be switched off.
 * @throws UsageError `UNSUPPORTED` for what nothing would carry out.
 */
export function readSecurityOptions(words: readonly string[]): SecurityValue {
  const value: SecurityValue = {};
  for (const word of words) {
    // Docker still understands the older form with a colon.
    const normal = word.replace(/^([a-z-]+):/, "$1=");
    if (normal === "no-new-privileges" || normal === "no-new-privileges=true") {
      value.noNewPrivileges = true;
    } else if (normal === "no-new-privileges=false") {
      value.noNewPrivileges = false;
    } else if (!ALREADY_SO.has(normal)) {
      throw new UsageError(`failed to apply --security-opt "${word}": it is not supported yet`, {
        code: "UNSUPPORTED",
        hint: "supported: no-new-privileges[=true|false], seccomp=unconfined",
      });
    }
  }
  return value;
}
