import type { Readable, Writable } from "node:stream";
import { type Deferred, defer } from "../deferred.js";
import type { NsError } from "../error.js";
import { numberSignal } from "../exit.js";
import type { TerminalSize } from "../launched-process.js";
import type { Channel } from "./channel.js";
import { ChannelStreams } from "./channel-streams.js";
import { AttachFlag, FrameType } from "./frame.js";
import { type ContainerState, parseState } from "./state.js";

export interface AttachOptions {
  /** All that the container has without it. */
  streams?: readonly ("stdin" | "stdout" | "stderr")[] | undefined;
  /**
   * What happens when this reads slower than the container writes. `detach` (without it): after 16 MiB this is sent away
   * with `CLIENT_TOO_SLOW`, and the container does not notice. `wait`: the container waits, and so does its log, as a
   * pipe would have it; nothing is lost.
   */
  whenSlow?: "detach" | "wait" | undefined;
}

/** A connection to the streams of a run of the container. Disposing of it detaches. */
export class Attachment implements AsyncDisposable {
  private readonly channel: Channel;
  private readonly streams: ChannelStreams;
  private readonly end: Deferred<ContainerState> = defer();
  private hasEnded = false;

  /** @internal */
  constructor(channel: Channel, id: number) {
    this.channel = channel;
    this.streams = new ChannelStreams(channel, 0);
    channel.listen((frame) => {
      if (frame.type !== FrameType.state || frame.id !== id) return this.streams.push(frame);
      this.finish(frame.payload.toString());
      return true;
    });
    channel.closed.catch((error: NsError) => {
      this.end.reject(error);
      if (!this.hasEnded) this.streams.end(error);
    });
  }

  get stdin(): Writable {
    return this.streams.stdin;
  }

  get stdout(): Readable {
    return this.streams.stdout;
  }

  get stderr(): Readable {
    return this.streams.stderr;
  }

  /** The state at the end of this run, once all its output has been read. */
  get ended(): Promise<ContainerState> {
    return this.end.promise;
  }

  /** Change the size of the container's terminal. */
  async resize(size: TerminalSize): Promise<void> {
    await this.channel.request({ type: FrameType.resize, value: encodeSize(size) });
  }

  /** Send a signal to the container's init. */
  async kill(signal: number | NodeJS.Signals): Promise<void> {
    await this.channel.request({ type: FrameType.signal, value: numberSignal(signal) });
  }

  /** Let the container go on alone. */
  detach(): void {
    this.channel.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.detach();
  }

  private finish(state: string): void {
    this.hasEnded = true;
    this.end.resolve(parseState(state, "the monitor's answer"));
    this.streams.end();
    this.channel.close();
  }
}

/** @internal */
export function encodeAttachFlags({ streams, whenSlow }: AttachOptions): number {
  const wanted = streams ?? ["stdout", "stderr"];
  const flags = wanted.reduce((sum, stream) => sum | AttachFlag[stream], 0);
  return whenSlow === "wait" ? flags | AttachFlag.lossless : flags;
}

/** @internal */
export function encodeSize({ rows, columns }: TerminalSize): number {
  for (const value of [rows, columns])
    if (!Number.isInteger(value) || value < 0 || value > 0xffff)
      throw new RangeError(`expected 0 to 65535 rows and columns, got ${value}`);
  return (rows << 16) | columns;
}
