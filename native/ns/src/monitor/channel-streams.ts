import { Readable, Writable } from "node:stream";
import type { Channel } from "./channel.js";
import { type Frame, FrameType, INPUT_LIMIT } from "./frame.js";

/** One direction of a container's or a command's streams, as Node streams with back-pressure. */
export class ChannelStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  private readonly channel: Channel;

  /** `flags` say whose stdin it is. */
  constructor(channel: Channel, flags: number) {
    this.channel = channel;
    const read = (): void => channel.resume();
    this.stdout = new Readable({ read });
    this.stderr = new Readable({ read });
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => sendInput(channel, flags, chunk, done),
      final: (done) => channel.send({ type: FrameType.input, flags }, done),
    });
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.on("error", () => {});
  }

  /** Hand on what was written. False where its reader wants no more for now. */
  push({ type, flags, payload }: Frame): boolean {
    if (type !== FrameType.output) return true;
    return (flags === 1 ? this.stdout : this.stderr).push(payload);
  }

  /** Nothing more comes: the end, or an error where there should have been more. */
  end(error?: Error): void {
    for (const stream of [this.stdout, this.stderr])
      if (error === undefined) stream.push(null);
      else stream.destroy(error);
    this.stdin.destroy(error);
    this.channel.resume();
  }
}

function sendInput(
  channel: Channel,
  flags: number,
  chunk: Buffer,
  done: (error?: Error | null) => void,
): void {
  const payload = chunk.subarray(0, INPUT_LIMIT);
  const rest = chunk.subarray(INPUT_LIMIT);
  channel.send({ type: FrameType.input, flags, payload }, (error) => {
    if (error || rest.length === 0) done(error);
    else sendInput(channel, flags, rest, done);
  });
}
