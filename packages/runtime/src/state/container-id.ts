import { randomBytes } from "node:crypto";
import { RuntimeError } from "../error.js";

/** 64 hexadecimal digits, as Docker's. */
export type ContainerId = string & { readonly __brand: "ContainerId" };

export function generateContainerId(): ContainerId {
  return randomBytes(32).toString("hex") as ContainerId;
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
