/** Fills the header's 32-bit words once the rest is known. */
export type WriteHeader = (header: Uint32Array, length: number, recordCount: number) => void;

export interface PlanRecord {
  op: number;
  /** Unsigned 64-bit integers. Infinity is all ones. */
  numbers?: readonly (number | bigint)[];
  /** Text gets its NUL, bytes are taken as they are. */
  strings?: readonly (string | Uint8Array)[];
}

const TWO_TO_32 = 0x1_0000_0000;
const ALL_ONES = 0xffff_ffff;

/**
 * Writes records of the layout in shim/plan.h: op, 64-bit arguments, strings, each part 8-byte aligned.
 * It works on 32-bit words, little-endian as both machines are, since a start's encoding is what it costs the event loop.
 * @throws RangeError for a string with a NUL byte, or a number that is no unsigned 64-bit integer
 */
export class RecordWriter {
  private readonly headerSize: number;
  private bytes: Buffer;
  private words: Uint32Array;
  private length: number;
  private recordCount = 0;

  constructor(headerSize: number) {
    this.headerSize = headerSize;
    this.length = headerSize;
    this.bytes = Buffer.alloc(8192);
    this.words = viewWords(this.bytes);
  }

  /** Append a record. */
  write({ op, numbers = [], strings = [] }: PlanRecord): void {
    const start = this.length;
    this.reserve(8 + numbers.length * 8);
    this.length += 8;
    for (const number of numbers) this.writeNumber(number);
    for (const string of strings)
      if (typeof string === "string") this.writeText(string);
      else this.writeBytes(string);
    this.words[start / 4] = op | (numbers.length << 16) | (strings.length << 24);
    this.words[start / 4 + 1] = this.length - start;
    this.recordCount++;
  }

  /** Complete the buffer. */
  finish(writeHeader: WriteHeader): Uint8Array {
    writeHeader(this.words.subarray(0, this.headerSize / 4), this.length, this.recordCount);
    return this.bytes.subarray(0, this.length);
  }

  private writeNumber(number: number | bigint): void {
    const at = this.length / 4;
    if (number === Number.POSITIVE_INFINITY) {
      this.words[at] = ALL_ONES;
      this.words[at + 1] = ALL_ONES;
    } else if (typeof number === "bigint") {
      if (number !== BigInt.asUintN(64, number)) throw new RangeError(`${number} is out of range`);
      this.words[at] = Number(number & 0xffff_ffffn);
      this.words[at + 1] = Number(number >> 32n);
    } else {
      if (!Number.isSafeInteger(number) || number < 0)
        throw new RangeError(`expected an unsigned integer, got ${number}`);
      this.words[at] = number % TWO_TO_32;
      this.words[at + 1] = Math.floor(number / TWO_TO_32);
    }
    this.length += 8;
  }

  private writeText(text: string): void {
    if (text.includes("\0")) throw new RangeError("a string holds a NUL byte");
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    this.reserve(8 + text.length * 3 + 8);
    this.endString(this.bytes.write(text, this.length + 8) + 1);
  }

  private writeBytes(bytes: Uint8Array): void {
    this.reserve(8 + bytes.length + 8);
    this.bytes.set(bytes, this.length + 8);
    this.endString(bytes.length);
  }

  private endString(size: number): void {
    this.words[this.length / 4] = size;
    this.length += 8 + ((size + 7) & ~7);
  }

  /** Make room. What is behind `length` is always zero, so padding and NULs are there already. */
  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.ceil((this.length + size) / 4096) * 8192);
    this.bytes.copy(grown);
    this.bytes = grown;
    this.words = viewWords(grown);
  }
}

function viewWords({ buffer, byteOffset, length }: Buffer): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4);
}
