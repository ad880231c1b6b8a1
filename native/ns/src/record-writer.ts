/** Fills the header, the first bytes of the buffer, once the rest is known. */
export type WriteHeader = (header: DataView, length: number, recordCount: number) => void;

export interface PlanRecord {
  op: number;
  /** Unsigned 64-bit integers. Infinity is all ones. */
  numbers?: readonly (number | bigint)[];
  /** Text gets its NUL, bytes are taken as they are. */
  strings?: readonly (string | Uint8Array)[];
}

/**
 * Writes records of the layout in shim/plan.h: op, 64-bit arguments, strings, each part 8-byte aligned.
 * @throws RangeError for a string with a NUL byte, or a number that is no unsigned 64-bit integer
 */
export class RecordWriter {
  private buffer: Buffer;
  private readonly headerSize: number;
  private length: number;
  private recordCount = 0;

  constructor(headerSize: number) {
    this.headerSize = headerSize;
    this.length = headerSize;
    this.buffer = Buffer.alloc(4096);
  }

  write({ op, numbers = [], strings = [] }: PlanRecord): void {
    const start = this.length;
    this.reserve(8 + numbers.length * 8);
    this.length += 8;
    for (const number of numbers) this.writeNumber(number);
    for (const string of strings) this.writeString(string);
    this.buffer.writeUInt16LE(op, start);
    this.buffer.writeUInt8(numbers.length, start + 2);
    this.buffer.writeUInt8(strings.length, start + 3);
    this.buffer.writeUInt32LE(this.length - start, start + 4);
    this.recordCount++;
  }

  /** Complete the buffer. */
  finish(writeHeader: WriteHeader): Uint8Array {
    const { buffer, byteOffset } = this.buffer;
    writeHeader(new DataView(buffer, byteOffset, this.headerSize), this.length, this.recordCount);
    return this.buffer.subarray(0, this.length);
  }

  private writeNumber(number: number | bigint): void {
    if (typeof number === "bigint" || number === Number.POSITIVE_INFINITY) {
      const value = typeof number === "bigint" ? number : 0xffff_ffff_ffff_ffffn;
      if (value !== BigInt.asUintN(64, value)) throw new RangeError(`${value} is out of range`);
      this.buffer.writeBigUInt64LE(value, this.length);
    } else {
      if (!Number.isSafeInteger(number) || number < 0)
        throw new RangeError(`expected an unsigned integer, got ${number}`);
      this.buffer.writeUInt32LE(number % 0x1_0000_0000, this.length);
      this.buffer.writeUInt32LE(Math.floor(number / 0x1_0000_0000), this.length + 4);
    }
    this.length += 8;
  }

  private writeString(string: string | Uint8Array): void {
    const isText = typeof string === "string";
    if (isText && string.includes("\0")) throw new RangeError("a string holds a NUL byte");
    const size = isText ? Buffer.byteLength(string) + 1 : string.length;
    const padded = Math.ceil(size / 8) * 8;
    this.reserve(8 + padded);
    this.buffer.writeUInt32LE(size, this.length);
    if (isText) this.buffer.write(string, this.length + 8);
    else this.buffer.set(string, this.length + 8);
    this.length += 8 + padded;
  }

  /** Make room; what is behind `length` is always zero, so padding and NULs are there already. */
  private reserve(size: number): void {
    if (this.length + size <= this.buffer.length) return;
    const grown = Buffer.alloc(Math.max(this.buffer.length * 2, this.length + size));
    this.buffer.copy(grown);
    this.buffer = grown;
  }
}
