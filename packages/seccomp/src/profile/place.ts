import { SeccompError } from "../error.js";

/** More would be no word of anybody's. */
const LONGEST_TEXT = 256;

/** A value of unknown shape, and where in the profile it stands. `null` is as good as absent, as Go writes and reads it. */
export class Place {
  readonly value: unknown;
  readonly #path: string;

  private constructor(value: unknown, path: string) {
    this.value = value ?? undefined;
    this.#path = path;
  }

  static root(value: unknown): Place {
    return new Place(value, "");
  }

  get isGiven(): boolean {
    return this.value !== undefined;
  }

  /** The error to throw. */
  refuse(reason: string, hint?: string): SeccompError {
    const where = this.#path === "" ? "" : `${this.#path}: `;
    return new SeccompError(`failed to read the seccomp profile: ${where}${reason}`, {
      code: "INVALID_SECCOMP_PROFILE",
      hint,
    });
  }

  /** A member of this object. */
  at(name: string): Place {
    const object = this.#object();
    return new Place(Object.hasOwn(object, name) ? object[name] : undefined, this.#extend(name));
  }

  expectKeys(known: readonly string[]): void {
    const unknown = Object.keys(this.#object()).find((key) => !known.includes(key));
    if (unknown === undefined) return;
    const name = unknown.length > 32 ? `${unknown.slice(0, 32)}…` : unknown;
    throw this.refuse(
      `${JSON.stringify(name)} means nothing there`,
      `known are ${known.join(", ")}`,
    );
  }

  choice<Name extends string>(names: readonly Name[]): Name {
    const found = names.find((name) => name === this.value);
    if (found === undefined) {
      throw this.refuse(`${this.#show()} is not known there`, `known are ${names.join(", ")}`);
    }
    return found;
  }

  text(): string {
    if (
      typeof this.value === "string" &&
      this.value.length > 0 &&
      this.value.length <= LONGEST_TEXT
    )
      return this.value;
    throw this.refuse(`${this.#show()} is no text of 1 to ${LONGEST_TEXT} letters`);
  }

  /** A whole number from 0 to `most`. */
  natural(most: number): number {
    if (Number.isInteger(this.value) && Number(this.value) >= 0 && Number(this.value) <= most)
      return Number(this.value);
    throw this.refuse(`${this.#show()} is no whole number from 0 to ${most}`);
  }

  /** Also as a bigint, which JSON has not: above 2^53 its numbers are not exact. */
  unsigned64(): number | bigint {
    if (typeof this.value === "bigint" && this.value >= 0n && this.value < 2n ** 64n)
      return this.value;
    if (typeof this.value === "bigint")
      throw this.refuse(`${this.#show()} takes more than 64 bits`);
    return this.natural(Number.MAX_SAFE_INTEGER);
  }

  optionalList<Item>(read: (item: Place) => Item, { most }: { most: number }): Item[] | undefined {
    if (!this.isGiven) return undefined;
    if (!Array.isArray(this.value)) throw this.refuse(`${this.#show()} is no list`);
    if (this.value.length > most) throw this.refuse(`more than ${most} items`);
    return this.value.map((item, index) => read(new Place(item, this.#extend(String(index)))));
  }

  #object(): Record<string, unknown> {
    if (typeof this.value === "object" && this.value !== null && !Array.isArray(this.value))
      return this.value as Record<string, unknown>;
    throw this.refuse(`${this.#show()} is no object`);
  }

  #extend(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  /** Short, whatever it is. */
  #show(): string {
    if (this.value === undefined) return "nothing";
    if (Array.isArray(this.value)) return "a list";
    if (typeof this.value === "object") return "an object";
    const text = typeof this.value === "string" ? JSON.stringify(this.value) : String(this.value);
    return text.length > 40 ? `${text.slice(0, 40)}…` : text;
  }
}
