import { readFileSync } from "node:fs";
import { CAPABILITIES } from "@dockher/spec";

/** What this process may hand on: root in a container, or on a locked-down host, does not have everything. */
export function readHeldCapabilities(): string[] {
  return parseHeldCapabilities(readFileSync("/proc/self/status", "utf8"));
}

/** Reads the line `CapPrm` of proc(5), a mask in hexadecimal. */
export function parseHeldCapabilities(status: string): string[] {
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return CAPABILITIES.filter((_, bit) => (permitted >> BigInt(bit)) & 1n);
}
