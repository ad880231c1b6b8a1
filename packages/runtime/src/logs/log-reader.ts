import { stat } from "node:fs/promises";
import { type LogDamage, type LogEntry, parseLogLine } from "./log-entry.js";
import { identifyFile, type LogFile, openLogFiles } from "./log-file.js";
import type { LogFilter } from "./log-filter.js";
import { type Lines, readLines, readLinesBackward } from "./read-lines.js";

export interface LogReaderOptions {
  path: string;
  filter: LogFilter;
  signal: AbortSignal | undefined;
  onDamage: ((damage: LogDamage) => void) | undefined;
}

/** Reads the files of a log one after another, and remembers how far it has come. */
export class LogReader {
  readonly #options: LogReaderOptions;
  /** Still to be read, oldest first; the last one may grow. */
  #files: LogFile[] = [];
  /** In the first file: where the next line begins. */
  #offset = 0;
  /** An entry came behind which none is asked for. */
  #finished = false;

  constructor(options: LogReaderOptions) {
    this.#options = options;
  }

  get finished(): boolean {
    return this.#finished;
  }

  async open(): Promise<void> {
    this.#files = await openLogFiles(this.#options.path);
  }

  async close(): Promise<void> {
    await this.#drop(this.#files.length);
  }

  /** Goes to the entry behind which there are fewer than `count` that are asked for. */
  async seekTail(count: number): Promise<void> {
    if (count === 0) return this.#seekEnd();
    const { filter, signal } = this.#options;
    let left = count;
    for (const [index, file] of [...this.#files.entries()].reverse()) {
      this.#offset = 0;
      for await (const { offset, line } of readLinesBackward(file)) {
        signal?.throwIfAborted();
        const { entry } = parseLogLine(line);
        if (entry === undefined || filter.judge(entry) !== "take") continue;
        this.#offset = offset;
        if (--left === 0) return this.#drop(index);
      }
    }
    this.#offset = 0;
  }

  /** Reads to the end of what there is, by blocks. */
  async *drain(): AsyncGenerator<LogEntry[]> {
    for (;;) {
      const [file] = this.#files;
      if (file === undefined) return;
      // The writer began its only file anew.
      if ((await file.handle.stat()).size < this.#offset) this.#offset = 0;
      for await (const block of readLines(file, this.#offset)) {
        this.#options.signal?.throwIfAborted();
        this.#offset = block.end;
        if (block.lines !== undefined) yield this.#readEntries(file, block);
        else this.#report(file, block.offset, "too-long");
        if (this.#finished) return;
      }
      if (this.#files.length === 1) return;
      await this.reportUnfinished();
      await this.#drop(1);
      this.#offset = 0;
    }
  }

  /** Opens what has come after the last file; false where that is still the newest. */
  async openNewer(): Promise<boolean> {
    const last = this.#files.at(-1);
    if (last !== undefined && (await this.#isNewest(last))) return false;
    const newer = await openLogFiles(this.#options.path, last);
    this.#files.push(...newer);
    return newer.length > 0;
  }

  /** Tells of what stands behind the last newline, where nobody will write on. */
  async reportUnfinished(): Promise<void> {
    const [file] = this.#files;
    if (file === undefined || this.#finished) return;
    const { size } = await file.handle.stat();
    if (size > this.#offset) this.#report(file, this.#offset, "unfinished");
  }

  #readEntries(file: LogFile, { offset, lines }: Lines): LogEntry[] {
    const entries: LogEntry[] = [];
    for (const [index, line] of lines.entries()) {
      const { entry, damaged } = parseLogLine(line);
      if (damaged) {
        const before = lines
          .slice(0, index)
          .reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0);
        this.#report(file, offset + before, "malformed");
      }
      if (entry === undefined) continue;
      const judgement = this.#options.filter.judge(entry);
      if (judgement === "take") entries.push(entry);
      if (judgement === "end") {
        this.#finished = true;
        break;
      }
    }
    return entries;
  }

  async #seekEnd(): Promise<void> {
    await this.#drop(this.#files.length - 1);
    const [file] = this.#files;
    if (file === undefined) return;
    for await (const { end } of readLinesBackward(file)) {
      this.#offset = end;
      return;
    }
  }

  async #isNewest({ identity }: LogFile): Promise<boolean> {
    try {
      return identifyFile(await stat(this.#options.path, { bigint: true })) === identity;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // In the middle of a rotation, of whose end we shall hear.
      return true;
    }
  }

  async #drop(count: number): Promise<void> {
    for (const { handle } of this.#files.splice(0, count)) await handle.close();
  }

  #report(file: LogFile, offset: number, reason: LogDamage["reason"]): void {
    this.#options.onDamage?.({ path: file.path, offset, reason });
  }
}
