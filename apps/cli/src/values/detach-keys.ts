import { UsageError } from "../error.js";

const DEFAULT = "ctrl-p,ctrl-q";

/** The bytes of ctrl-@ to ctrl-_. */
const CONTROL = /^ctrl-([a-z@[\\\]^_])$/;

/**
 * The bytes that detach, in Docker's words: `ctrl-p,ctrl-q`, `DEL`, or single characters.
 * @throws UsageError `INVALID_DETACH_KEYS`
 */
export function parseDetachKeys(text: string = DEFAULT): Uint8Array {
  return Uint8Array.from(text.split(","), (key) => {
    const control = CONTROL.exec(key)?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
    if (key === "DEL") return 0x7f;
    if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0);
    throw new UsageError(`failed to parse --detach-keys "${text}": "${key}" is no key`, {
      code: "INVALID_DETACH_KEYS",
      hint: `write them as ${DEFAULT}, or single characters`,
    });
  });
}

/** Finds the keys that detach in what is typed, however it is cut into chunks and though they may overlap themselves. */
export class DetachKeys {
  readonly #keys: Uint8Array;
  /** After n keys, how many of the last typed begin the sequence again (Knuth, Morris and Pratt). */
  readonly #fallback: readonly number[];
  /** How many of them were typed last, and are withheld. */
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
    this.#fallback = findFallbacks(keys);
  }

  /** What of a chunk goes to the container, and whether the last key was found: what is behind it is dropped. */
  read(chunk: Uint8Array): { forward: Uint8Array; detached: boolean } {
    const forward: number[] = [];
    for (const byte of chunk) {
      while (this.#matched > 0 && byte !== this.#keys[this.#matched]) {
        const kept = this.#fallback[this.#matched] ?? 0;
        forward.push(...this.#keys.subarray(0, this.#matched - kept));
        this.#matched = kept;
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

function findFallbacks(keys: Uint8Array): number[] {
  const fallbacks = [0, 0];
  for (let count = 1, kept = 0; count < keys.length; count++) {
    while (kept > 0 && keys[count] !== keys[kept]) kept = fallbacks[kept] ?? 0;
    if (keys[count] === keys[kept]) kept++;
    fallbacks.push(kept);
  }
  return fallbacks;
}
