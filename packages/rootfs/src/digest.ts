import { createHash } from "node:crypto";

/** `sha256:<hex>` of the data, as OCI writes digests. */
export function digest(data: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
