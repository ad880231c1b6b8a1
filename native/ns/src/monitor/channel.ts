import { connect, type Socket } from "node:net";
import { type Deferred, defer } from "../deferred.js";
import { describeErrno, formatErrno } from "../errno.js";
import { NsError } from "../error.js";
import {
  encodeFrame,
  type Frame,
  FrameDecoder,
  type FrameFields,
  FrameType,
  Goodbye,
  PROTOCOL_VERSION,
} from "./frame.js";

/** Gets frames that answer no request. False asks for no more until {@link Channel.resume}. */
export type FrameListener = (frame: Frame) => boolean;

/** A connection to a monitor: requests with their answers, and what comes in between. */
export class Channel {
  private readonly socket: Socket;
  private readonly decoder = new FrameDecoder();
  private readonly requests: Map<number, Deferred<Frame>> = new Map();
  private readonly closing: Deferred<never> = defer();
  private listener: FrameListener | undefined;
  /** What came before somebody listened. */
  private readonly early: Frame[] = [];
  private lastId = 0;
  private failure: NsError | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closing.promise.catch(() => {});
    socket.on("data", (chunk: Buffer) => this.take(chunk));
    socket.on("error", () => {});
    socket.on("close", () => this.end(describeGone()));
  }

  /**
   * Connect and greet.
   * @throws NsError `MONITOR_GONE`, `MONITOR_REFUSED`
   */
  static async open(path: string): Promise<Channel> {
    const socket = connect({ path });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (cause) => reject(describeGone(cause)));
    });
    const channel = new Channel(socket);
    const welcome = await channel.request({ type: FrameType.hello, value: PROTOCOL_VERSION });
    if (welcome.value === PROTOCOL_VERSION) return channel;
    channel.close();
    throw new NsError(
      `failed to talk to the monitor: it speaks version ${welcome.value} of the protocol, not ${PROTOCOL_VERSION}`,
      { code: "MONITOR_REFUSED", hint: "use the version of Dockher that started the container" },
    );
  }

  /** Rejects when the connection has ended, with the reason. */
  get closed(): Promise<never> {
    return this.closing.promise;
  }

  /** The id that the next request gets. */
  get nextId(): number {
    return this.lastId + 1;
  }

  listen(listener: FrameListener): void {
    this.listener = listener;
    for (const frame of this.early.splice(0)) this.hand(frame);
  }

  /**
   * Send a request and wait for its answer.
   * @throws NsError `MONITOR_REFUSED`, or why the connection ended
   */
  async request(fields: FrameFields): Promise<Frame> {
    if (this.failure !== undefined) throw this.failure;
    const id = ++this.lastId;
    const answer = defer<Frame>();
    this.requests.set(id, answer);
    this.socket.write(encodeFrame({ ...fields, id }));
    return answer.promise;
  }

  /** Send what has no answer. Calls back when there is room for more. */
  send(fields: FrameFields, sent: (error?: Error | null) => void): void {
    if (this.failure === undefined) this.socket.write(encodeFrame(fields), sent);
    else sent(this.failure);
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    try {
      for (const frame of this.decoder.push(chunk)) this.dispatch(frame);
    } catch (cause) {
      this.end(
        new NsError(`failed to talk to the monitor: ${String(cause)}`, {
          code: "MONITOR_REFUSED",
          cause,
        }),
      );
      this.socket.destroy();
    }
  }

  private dispatch(frame: Frame): void {
    const request = this.requests.get(frame.id);
    this.requests.delete(frame.id);
    if (frame.type === FrameType.goodbye) this.end(describeGoodbye(frame.value));
    else if (request !== undefined) answerRequest(request, frame);
    else if (this.listener === undefined) this.early.push(frame);
    else this.hand(frame);
  }

  private hand(frame: Frame): void {
    if (this.listener?.(frame) === false) this.socket.pause();
  }

  private end(reason: NsError): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    for (const request of this.requests.values()) request.reject(reason);
    this.requests.clear();
    this.closing.reject(reason);
  }
}

function answerRequest(request: Deferred<Frame>, frame: Frame): void {
  // A start that failed has more to say than its errno: its caller describes that.
  if (frame.type === FrameType.refused && frame.payload.length === 0)
    request.reject(describeRefusal(frame.value));
  else request.resolve(frame);
}

function describeGone(cause?: Error): NsError {
  return new NsError("failed to talk to the monitor: it is gone", { code: "MONITOR_GONE", cause });
}

function describeRefusal(errno: number): NsError {
  return new NsError(`the monitor refuses: ${formatErrno(errno)}`, {
    code: "MONITOR_REFUSED",
    errno: describeErrno(errno).name,
  });
}

function describeGoodbye(reason: number): NsError {
  if (reason === Goodbye.ended)
    return new NsError("failed to talk to the monitor: the container has ended", {
      code: "MONITOR_GONE",
    });
  if (reason === Goodbye.tooSlow)
    return new NsError("failed to follow the container: it writes faster than this was read", {
      code: "CLIENT_TOO_SLOW",
      hint: "read the log, which has all of it",
    });
  return new NsError("the monitor refuses: a frame that it does not know", {
    code: "MONITOR_REFUSED",
  });
}
