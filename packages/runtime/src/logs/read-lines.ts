import type { LogFile } from "./log-file.js";

/** Bytes read at once. */
const CHUNK = 64 * 1024;
/** Bytes; an entry of Docker's holds 16 KiB, each byte of which may need six. */
const LONGEST_LINE = 1024 * 1024;
const NEWLINE = 10;

/** Whole lines that lie behind one another in a file. */
export interface Lines {
  /** Of the first one. */
  offset: number;
  lines: string[];
  /** Of what follows. */
  end: number;
}

/** What is read is a line, or too much of one: it is passed over. */
export type LinesOrGap = Lines | { offset: number; lines?: never; end: number };

/**
 * Reads the whole lines from an offset to the end of what there is. What stands behind the last newline is left for later, and
 * then read again: its writer may be at it, or take it back and write something else.
 */
export async function* readLines({ handle }: LogFile, from: number): AsyncGenerator<LinesOrGap> {
  let buffer = Buffer.allocUnsafe(CHUNK);
  for (let offset = from; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    const last = lastNewline(buffer.subarray(0, bytesRead));
    let end: number | undefined = offset + last + 1;
    if (last >= 0) {
      yield { offset, lines: buffer.toString("utf8", 0, last).split("\n"), end };
    } else if (bytesRead < buffer.length) {
      return;
    } else if (buffer.length < LONGEST_LINE) {
      buffer = Buffer.allocUnsafe(buffer.length * 2);
    } else {
      end = await findNewline(handle, offset + bytesRead);
      if (end === undefined) return;
      yield { offset, end };
    }
    offset = end;
  }
}

export interface Line {
  offset: number;
  line: string;
  /** Behind its newline. */
  end: number;
}

/** Whole lines, the last one first, from the end of the file to its beginning. What is too long is left out. */
export async function* readLinesBackward(file: LogFile): AsyncGenerator<Line> {
  const { size } = await file.handle.stat();
  // The beginning of a line whose end was in a later block, and where that line ends: unknown before the first newline.
  let carry: Buffer = Buffer.alloc(0);
  let behind: number | undefined;
  for (let start = size; start > 0; ) {
    const length = Math.min(CHUNK, start);
    start -= length;
    const block = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.handle.read(block, 0, length, start);
    if (bytesRead < length) return;
    let end = length;
    for (let at = lastNewline(block); at >= 0; at = lastNewline(block.subarray(0, at))) {
      const rest = Buffer.concat([block.subarray(at + 1, end), carry]);
      const offset = start + at + 1;
      if (behind !== undefined && rest.length < LONGEST_LINE) {
        yield { offset, line: rest.toString("utf8"), end: behind };
      }
      behind = offset;
      carry = Buffer.alloc(0);
      end = at;
    }
    const longer = Buffer.concat([block.subarray(0, end), carry]);
    carry = longer.length > LONGEST_LINE ? longer.subarray(0, LONGEST_LINE) : longer;
  }
  if (behind !== undefined && carry.length < LONGEST_LINE) {
    yield { offset: 0, line: carry.toString("utf8"), end: behind };
  }
}

function lastNewline(bytes: Buffer): number {
  return bytes.lastIndexOf(NEWLINE);
}

/** The offset behind the next newline; undefined where there is none yet. */
async function findNewline(handle: LogFile["handle"], from: number): Promise<number | undefined> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let offset = from; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, offset);
    if (bytesRead === 0) return undefined;
    const at = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
    if (at >= 0) return offset + at + 1;
    offset += bytesRead;
  }
}
