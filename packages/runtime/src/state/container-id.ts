import { closeSync, openSync, readSync } from "node:fs";
import { RuntimeError } from "../error.js";

/** 64 hexadecimal digits, as Docker's. */
export type ContainerId = string & { readonly __brand: "ContainerId" };

/** From the kernel: loading node:crypto, which starts OpenSSL, would cost a command line a tenth of its time. */
export function generateContainerId(): ContainerId {
  const bytes = Buffer.alloc(32);
  const fd = openSync("/dev/urandom", "r");
  try {
    // random(4): reads of up to 256 bytes are whole.
    readSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
  return bytes.toString("hex") as ContainerId;
}

/** The id out of a file name, undefined where it is none. */
export function parseContainerId(text: string): ContainerId | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as ContainerId) : undefined;
}

/**
 * Docker's rule for names (moby, daemon/names/names.go).
 * @throws RuntimeError `INVALID_NAME`
 */
export function checkContainerName(name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/.test(name)) {
    throw new RuntimeError(
      `failed to name the container ${JSON.stringify(name)}: not a valid name`,
      {
        code: "INVALID_NAME",
        hint: "two or more of letters, digits and _ . - are a name; the first is a letter or a digit",
      },
    );
  }
}
