import { UsageError } from "../error.js";

const DEFAULT = "ctrl-p,ctrl-q";

/** The bytes of ctrl-@ to ctrl-_. */
const CONTROL = /^ctrl-([a-z@[\\\]^_])$/;

/**
 * The bytes that detach, in Docker's words: `ctrl-p,ctrl-q`, or single characters.
 * @throws UsageError `INVALID_DETACH_KEYS`
 */
export function parseDetachKeys(text: string = DEFAULT): Uint8Array {
  return Uint8Array.from(text.split(","), (key) => {
    const control = CONTROL.exec(key)?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
    if (/^[\x21-\x7e]$/.test(key)) return key.charCodeAt(0);
    throw new UsageError(`failed to parse --detach-keys "${text}": "${key}" is no key`, {
      code: "INVALID_DETACH_KEYS",
      hint: `write them as ${DEFAULT}, or single characters`,
    });
  });
}

/** Finds the keys that detach in what is typed, however it is cut into chunks. */
export class DetachKeys {
  readonly #keys: Uint8Array;
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  /** What of a chunk goes to the container, and whether the last key was found: what is behind it is dropped. */
  read(chunk: Uint8Array): { forward: Uint8Array; detached: boolean } {
    const forward: number[] = [];
    for (const byte of chunk) {
      if (byte !== this.#keys[this.#matched]) {
        forward.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) this.#matched++;
      else forward.push(byte);
      if (this.#matched === this.#keys.length) {
        return { forward: Uint8Array.from(forward), detached: true };
      }
    }
    return { forward: Uint8Array.from(forward), detached: false };
  }
}
