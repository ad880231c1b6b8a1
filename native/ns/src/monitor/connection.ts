import { closeSync, constants, openSync } from "node:fs";
import { NsError } from "../error.js";
import { numberSignal } from "../exit.js";
import { describeFailure } from "../failure.js";
import type { TerminalSize } from "../launched-process.js";
import type { Plan } from "../plan.js";
import { Attachment, type AttachOptions, encodeAttachFlags, encodeSize } from "./attachment.js";
import { Channel } from "./channel.js";
import { encodeOwnPlan, numberRestartPolicy } from "./encode-settings.js";
import { EnteredProcess } from "./entered-process.js";
import { ExecFlag, type Frame, FrameType, SubjectFlag, WAIT_NEXT } from "./frame.js";
import { checkSubjectName } from "./journal-subject.js";
import type { RestartPolicy } from "./options.js";
import { type ContainerState, parseState } from "./state.js";

export interface ConnectOptions {
  /** Where the monitor's socket lies: the container's directory, or its `socketDirectory`. A path of any length. */
  directory: string;
}

/** linux/fcntl.h. */
const O_PATH = 0o10000000;

/**
 * Connect to the monitor of a container.
 * @throws NsError `MONITOR_GONE` where there is none
 */
export async function connectMonitor({ directory }: ConnectOptions): Promise<MonitorConnection> {
  let fd: number;
  try {
    fd = openSync(directory, constants.O_DIRECTORY | O_PATH);
  } catch (cause) {
    throw new NsError(`failed to talk to the monitor in ${directory}: ${String(cause)}`, {
      code: "MONITOR_GONE",
      cause,
    });
  }
  try {
    return new MonitorConnection(fd, await Channel.open(findSocket(fd)));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** sun_path has room for 107 bytes: by the name of the directory's descriptor (unix(7)). */
function findSocket(directory: number): string {
  return `/proc/self/fd/${directory}/monitor.sock`;
}

/** What can be asked of a monitor. Streams have connections of their own; `await using` closes this one. */
export class MonitorConnection implements AsyncDisposable {
  private readonly directory: number;
  private readonly channel: Channel;
  private disposed = false;

  /** @internal */
  constructor(directory: number, channel: Channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /** Follow the container's streams from now on. */
  async attach(options: AttachOptions = {}): Promise<Attachment> {
    const channel = await Channel.open(findSocket(this.directory));
    const attachment = new Attachment(channel, channel.nextId);
    try {
      await channel.request({ type: FrameType.attach, flags: encodeAttachFlags(options) });
    } catch (error) {
      channel.close();
      throw error;
    }
    return attachment;
  }

  /**
   * Run a plan inside the container, whose namespaces it enters with `of: "container"`. Resolves when exec has succeeded.
   * Its end is told in the journal where it has an id.
   * @throws NsError those of `launch`, and `MONITOR_REFUSED`; RangeError for an id that is none
   */
  async exec(plan: Plan, options: MonitorExecOptions = {}): Promise<EnteredProcess> {
    const request = encodeExec(plan, options);
    const channel = await Channel.open(findSocket(this.directory));
    try {
      const answer = await channel.request(request);
      return new EnteredProcess(channel, checkStart(plan, answer));
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  /**
   * The same, but nobody hears of its output.
   * @returns its pid, as the monitor sees it
   * @throws as {@link exec}
   */
  async execDetached(plan: Plan, options: MonitorExecOptions = {}): Promise<number> {
    const { flags, ...request } = encodeExec(plan, options);
    const answer = await this.channel.request({ ...request, flags: flags | ExecFlag.detached });
    return checkStart(plan, answer).value;
  }

  /** What state.json says, or will in a moment. */
  async status(): Promise<ContainerState> {
    return readState(await this.channel.request({ type: FrameType.status }));
  }

  /** Change the size of the container's terminal. */
  async resize(size: TerminalSize): Promise<void> {
    await this.channel.request({ type: FrameType.resize, value: encodeSize(size) });
  }

  /**
   * Send a signal to the container's init, by pidfd. With `keepStopped` it does not restart when it ends, as after Docker's
   * `kill`.
   */
  async kill(
    signal: number | NodeJS.Signals,
    { keepStopped = false }: { keepStopped?: boolean } = {},
  ): Promise<void> {
    const flags = keepStopped ? SubjectFlag.stayDown : 0;
    await this.channel.request({ type: FrameType.signal, flags, value: numberSignal(signal) });
  }

  /**
   * Have the container restarted otherwise from now on.
   * @throws RangeError for a count of retries that is none
   */
  async setRestartPolicy(policy: RestartPolicy): Promise<void> {
    const [flags, value] = numberRestartPolicy(policy);
    await this.channel.request({ type: FrameType.setPolicy, flags, value });
  }

  /**
   * Have the journal call the container otherwise from now on.
   * @throws RangeError for a name that is none
   */
  async setName(name: string): Promise<void> {
    const payload = Buffer.from(checkSubjectName(name));
    await this.channel.request({ type: FrameType.setName, payload });
  }

  /** Ask the container to end, kill it after a while, and wait. Without a signal, the one that it was started with. */
  async stop(options: StopOptions = {}): Promise<ContainerState> {
    const { signal, timeoutMilliseconds = 10_000 } = options;
    const flags = signal === undefined ? 0 : numberSignal(signal);
    const value = timeoutMilliseconds === Number.POSITIVE_INFINITY ? -1 : timeoutMilliseconds;
    const channel = await Channel.open(findSocket(this.directory));
    try {
      // On one connection the requests are served in order, and the monitor may be gone right after the second.
      const ended = channel.request({ type: FrameType.wait });
      await Promise.all([ended, channel.request({ type: FrameType.stop, flags, value })]);
      return readState(await ended);
    } finally {
      channel.close();
    }
  }

  /**
   * The state when the container has ended.
   * @throws NsError `MONITOR_GONE` where the monitor died before: then state.json is the last that it said; the signal's reason
   */
  async wait({ until = "end", signal }: WaitOptions = {}): Promise<ContainerState> {
    signal?.throwIfAborted();
    const channel = await Channel.open(findSocket(this.directory));
    const leave = (): void => channel.close();
    signal?.addEventListener("abort", leave, { once: true });
    try {
      signal?.throwIfAborted();
      const flags = until === "next" ? WAIT_NEXT : 0;
      return readState(await channel.request({ type: FrameType.wait, flags }));
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", leave);
      channel.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.channel.close();
    closeSync(this.directory);
  }
}

export interface WaitOptions {
  /** For good, which is the default, or `next` for the end of this run. */
  until?: "end" | "next" | undefined;
  signal?: AbortSignal | undefined;
}

export interface MonitorExecOptions {
  /** 64 letters and digits, which nothing else has. */
  id?: string | undefined;
}

export interface StopOptions {
  signal?: number | NodeJS.Signals | undefined;
  /** Until SIGKILL; Infinity: never. 10 s without it. */
  timeoutMilliseconds?: number | undefined;
}

function readState(frame: Frame): ContainerState {
  return parseState(frame.payload.toString(), "the monitor's answer");
}

/** MON_EXEC_ID in shim/monitor/journal.h. */
const EXEC_ID = /^[0-9A-Za-z]{64}$/;

/** The id, where there is one, stands before the plan. */
function encodeExec(plan: Plan, { id }: MonitorExecOptions) {
  const payload = encodeOwnPlan(plan);
  if (id === undefined) return { type: FrameType.exec, flags: 0, payload };
  if (!EXEC_ID.test(id)) throw new RangeError(`id: expected 64 digits, got "${id}"`);
  const identified = Buffer.concat([Buffer.from(id), payload]);
  return { type: FrameType.exec, flags: ExecFlag.identified, payload: identified };
}

/** `struct mon_refusal` in shim/monitor/frame.h. */
function checkStart(plan: Plan, answer: Frame): Frame {
  if (answer.type === FrameType.started) return answer;
  const word = (index: number): number => answer.payload.readInt32LE(index * 4);
  throw describeFailure(plan, {
    phase: word(0),
    index: word(1),
    errno: word(2),
    detail: word(3),
    signal: word(4),
  });
}
