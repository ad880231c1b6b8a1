/** A frame of the monitor's protocol; shim/monitor/frame.h and MONITOR.md describe it. */
export interface Frame {
  type: number;
  flags: number;
  id: number;
  value: number;
  payload: Buffer;
}

export const PROTOCOL_VERSION = 1;

/** `enum mon_frame_type`. */
export const FrameType = {
  hello: 1,
  attach: 2,
  input: 3,
  resize: 4,
  signal: 5,
  stop: 6,
  wait: 7,
  exec: 8,
  status: 9,
  setPolicy: 10,
  setName: 11,
  welcome: 64,
  done: 65,
  refused: 66,
  output: 67,
  started: 68,
  execEnded: 69,
  state: 70,
  goodbye: 71,
} as const;

export const AttachFlag = { stdin: 1, stdout: 2, stderr: 4, lossless: 8 } as const;
export const SubjectFlag = { ownExec: 1, stayDown: 2 } as const;
export const WAIT_NEXT = 1;
export const ExecFlag = { detached: 1, identified: 2 } as const;
export const Goodbye = { tooSlow: 1, badFrame: 2, ended: 3 } as const;

/** MON_INPUT_LIMIT. */
export const INPUT_LIMIT = 65_536;
const HEADER_SIZE = 16;
/** What a monitor sends is never larger: the state with five outputs of a health check. */
const LARGEST_PAYLOAD = 16 * 1024 * 1024;

export interface FrameFields {
  type: number;
  flags?: number;
  id?: number;
  value?: number;
  payload?: Uint8Array;
}

/** The bytes of a frame. */
export function encodeFrame({ type, flags = 0, id = 0, value = 0, payload }: FrameFields): Buffer {
  const size = payload?.length ?? 0;
  const bytes = Buffer.allocUnsafe(HEADER_SIZE + size);
  bytes.writeUInt32LE(size, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(id, 8);
  bytes.writeInt32LE(value, 12);
  if (payload !== undefined) bytes.set(payload, HEADER_SIZE);
  return bytes;
}

/** Finds frames in chunks as they come. */
export class FrameDecoder {
  private chunks: Buffer[] = [];
  private length = 0;
  private needed = HEADER_SIZE;

  /** @throws RangeError for a frame that no monitor sends */
  *push(chunk: Buffer): Generator<Frame> {
    this.chunks.push(chunk);
    this.length += chunk.length;
    while (this.length >= this.needed) {
      let bytes = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
      if (bytes === undefined) return;
      const size = bytes.readUInt32LE(0);
      if (size > LARGEST_PAYLOAD) throw new RangeError(`a frame of ${size} bytes`);
      this.needed = HEADER_SIZE + size;
      const whole = bytes.length >= this.needed;
      const frame = whole ? decodeFrame(bytes, this.needed) : undefined;
      if (whole) {
        bytes = bytes.subarray(this.needed);
        this.needed = HEADER_SIZE;
      }
      this.chunks = bytes.length === 0 ? [] : [bytes];
      this.length = bytes.length;
      if (frame !== undefined) yield frame;
    }
  }
}

function decodeFrame(bytes: Buffer, end: number): Frame {
  return {
    type: bytes.readUInt16LE(4),
    flags: bytes.readUInt16LE(6),
    id: bytes.readUInt32LE(8),
    value: bytes.readInt32LE(12),
    payload: bytes.subarray(HEADER_SIZE, end),
  };
}
