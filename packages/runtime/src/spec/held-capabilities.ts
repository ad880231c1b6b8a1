import { readFileSync } from "node:fs";
import { CAPABILITIES } from "@dockher/spec";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

/**
 * What a container may get. In the host's user namespace that is what this process may hand on: root in a container, or
 * on a locked-down host, does not have everything. A new user namespace begins with everything (user_namespaces(7)).
 */
export function listGrantableCapabilities(userNamespace: UserNamespace["type"]): string[] {
  if (userNamespace === "host")
    return parseHeldCapabilities(readFileSync("/proc/self/status", "utf8"));
  const last = Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"));
  return CAPABILITIES.slice(0, last + 1);
}

/** Reads the line `CapPrm` of proc(5), a mask in hexadecimal. */
export function parseHeldCapabilities(status: string): string[] {
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return CAPABILITIES.filter((_, bit) => (permitted >> BigInt(bit)) & 1n);
}
