import type { Readable, Writable } from "node:stream";
import { type Deferred, defer } from "../deferred.js";
import type { NsError } from "../error.js";
import { nameSignal, numberSignal } from "../exit.js";
import type { TerminalSize } from "../launched-process.js";
import { encodeSize } from "./attachment.js";
import type { Channel } from "./channel.js";
import { ChannelStreams } from "./channel-streams.js";
import { type Frame, FrameType, SubjectFlag } from "./frame.js";

/** How a command that entered the container ended. */
export type EnteredExit =
  | { kind: "exited"; exitCode: number }
  | { kind: "signaled"; signal: number; signalName: string };

/**
 * A command inside the container, a child of its monitor. When this disconnects it goes on: its stdin is closed and its
 * output dropped.
 */
export class EnteredProcess implements AsyncDisposable {
  /** As the monitor sees it. */
  readonly pid: number;
  private readonly channel: Channel;
  private readonly streams: ChannelStreams;
  private readonly exit: Deferred<EnteredExit> = defer();
  private hasEnded = false;

  /** @internal */
  constructor(channel: Channel, { id, value }: Frame) {
    this.pid = value;
    this.channel = channel;
    this.streams = new ChannelStreams(channel, SubjectFlag.ownExec);
    channel.listen((frame) => {
      if (frame.type !== FrameType.execEnded || frame.id !== id) return this.streams.push(frame);
      this.hasEnded = true;
      this.exit.resolve(readExit(frame));
      this.streams.end();
      channel.close();
      return true;
    });
    channel.closed.catch((error: NsError) => {
      this.exit.reject(error);
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

  /** Settles when its output has been read as well: read or resume both streams. */
  get exited(): Promise<EnteredExit> {
    return this.exit.promise;
  }

  async resize(size: TerminalSize): Promise<void> {
    const value = encodeSize(size);
    await this.channel.request({ type: FrameType.resize, flags: SubjectFlag.ownExec, value });
  }

  async kill(signal: number | NodeJS.Signals = "SIGTERM"): Promise<void> {
    const value = numberSignal(signal);
    await this.channel.request({ type: FrameType.signal, flags: SubjectFlag.ownExec, value });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close();
  }
}

function readExit({ flags, value }: Frame): EnteredExit {
  return flags === 0
    ? { kind: "exited", exitCode: value }
    : { kind: "signaled", signal: flags, signalName: nameSignal(flags) };
}
