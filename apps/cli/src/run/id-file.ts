import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { UsageError } from "../error.js";

/** The file of `--cidfile`: taken before anything is made, and gone again where nothing is. */
export class IdFile implements Disposable {
  readonly #path: string;
  readonly #fd: number;
  #written = false;

  /** @throws UsageError `CIDFILE_UNUSABLE` where there is one, or it cannot be made */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, "wx", 0o644);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const exists = code === "EEXIST";
      throw new UsageError(
        `failed to write --cidfile ${path}: ${exists ? "there is such a file" : message}`,
        {
          code: "CIDFILE_UNUSABLE",
          hint: exists ? "make sure that no container uses it, then remove it" : undefined,
          cause,
        },
      );
    }
  }

  write(id: string): void {
    writeSync(this.#fd, id);
    this.#written = true;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    if (!this.#written) unlinkSync(this.#path);
  }
}
