import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync } from "node:fs";

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * A directory that is open, in a tree that nobody here trusts. Its names are looked up in it and never followed, so that neither
 * links nor whoever exchanges names meanwhile lead out of the tree.
 */
export class HeldDirectory implements Disposable {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Opens the top of a tree, by a path that is trusted. */
  static open(path: string): HeldDirectory {
    return new HeldDirectory(openSync(path, DIRECTORY));
  }

  /** For this process, as long as it is open. */
  get path(): string {
    return `/proc/self/fd/${this.#fd}`;
  }

  list(): string[] {
    return readdirSync(this.path);
  }

  /** What has a name; undefined where there is nothing, or not any more. */
  stat(name: string): BigIntStats | undefined {
    return lstatSync(`${this.path}/${name}`, { bigint: true, throwIfNoEntry: false });
  }

  /** The directory of a name; undefined where something else has it, or nothing. */
  openBelow(name: string): HeldDirectory | undefined {
    try {
      return new HeldDirectory(openSync(`${this.path}/${name}`, DIRECTORY | constants.O_NOFOLLOW));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Whether a file call found something else than what was there before. */
export function isAbsent(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}
