import type { Readable, Writable } from "node:stream";
import type { ContainerAttachment } from "@dockher/runtime";
import { endOnBrokenPipe } from "../output/broken-pipe.js";
import { DetachKeys } from "../values/detach-keys.js";
import type { Output } from "./attached-streams.js";
import { enterRawMode } from "./raw-mode.js";
import { findScreen, readTerminalSize } from "./terminal-size.js";

/** Of a container, or of a command that entered one. */
type Streams = Pick<ContainerAttachment["streams"], "resize" | "stderr" | "stdin" | "stdout">;

export interface JoinOptions<End> {
  streams: Streams;
  /** What of it is shown. Of none, who has handed on all that is typed is done. */
  outputs: readonly Output[];
  ended: Promise<End>;
  /** From when on what it writes is seen: what it has shown on a terminal before, it is made to show again. */
  since: "start" | "now";
  /** Whether there is a terminal on the other side. */
  tty: boolean;
  /** Whether what is typed here goes there. */
  interactive: boolean;
  /** The bytes that detach, where there is a terminal. */
  detachKeys: Uint8Array;
  /** Aborting leaves it alone, too. */
  abort: AbortSignal;
}

/**
 * Joins this process's streams, or its terminal, with those of something that runs below a monitor, until that has ended or is
 * left alone. The terminal is as it was afterwards.
 * @returns how it ended; undefined where it was left and goes on
 */
export async function joinStreams<End>(options: JoinOptions<End>): Promise<End | undefined> {
  const { streams, outputs, since, tty, interactive, abort } = options;
  const shown = outputs
    .filter((output) => output === "stdout" || !tty)
    .map((output) => show(streams[output], process[output]));
  using _size = tty ? followSize(streams, since) : undefined;
  using keyboard = interactive ? joinKeyboard(streams.stdin, options) : undefined;
  const ended = options.ended.then(async (end) => {
    await Promise.all(shown);
    return end;
  });
  return await Promise.race([ended, whenAborted(abort), keyboard?.detached ?? never]);
}

const never = new Promise<never>(() => {});

/** A reader or a screen that has left ends this process; what is shown goes on. */
function show(from: Readable, to: Writable): Promise<void> {
  to.on("error", endOnBrokenPipe);
  from.pipe(to, { end: false });
  return new Promise((resolve) => from.once("close", resolve));
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

interface JoinedKeyboard extends Disposable {
  /** Resolves when the keys that detach were typed, or all that there is was. */
  readonly detached: Promise<undefined>;
}

/** Hands on what is typed. */
function joinKeyboard(
  stdin: Writable,
  { tty, detachKeys, outputs }: Pick<JoinOptions<unknown>, "detachKeys" | "outputs" | "tty">,
): JoinedKeyboard {
  const { stdin: keyboard } = process;
  const rawMode = tty ? enterRawMode() : undefined;
  // A terminal that is gone: a signal says so, or what it should show goes nowhere.
  keyboard.on("error", () => {});
  return {
    detached: tty
      ? handOnKeys(keyboard, stdin, detachKeys)
      : handOn(keyboard, stdin, { untilEnd: outputs.length === 0 }),
    [Symbol.dispose]: () => {
      rawMode?.[Symbol.dispose]();
      keyboard.unpipe();
      keyboard.destroy();
    },
  };
}

function handOn(
  keyboard: Readable,
  stdin: Writable,
  { untilEnd }: { untilEnd: boolean },
): Promise<undefined> {
  keyboard.pipe(stdin);
  return untilEnd
    ? new Promise((resolve) => stdin.once("finish", () => resolve(undefined)))
    : never;
}

/** What was typed before the keys that detach has been handed on; a terminal that is gone leaves, too. */
async function handOnKeys(
  keyboard: Readable,
  stdin: Writable,
  detachKeys: Uint8Array,
): Promise<undefined> {
  const keys = new DetachKeys(detachKeys);
  try {
    for await (const chunk of keyboard.iterator({ destroyOnReturn: false })) {
      const { forward, detached } = keys.read(chunk);
      if (forward.length > 0) await write(stdin, forward);
      if (detached) return;
    }
  } catch {
    // EIO: a signal says so, or what it should show goes nowhere.
  }
}

/** Resolves when it is on its way; never where nobody takes it any more, whose end is known by itself. */
function write(stdin: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stdin.write(chunk, (error) => {
      if (!error) resolve();
    });
  });
}

/**
 * Gives the container's terminal the size of the user's, now and whenever it changes. As Docker does, it first gets another, which
 * a shell or an editor answers by drawing itself anew: one of the same size is no news to it.
 */
function followSize(streams: Streams, since: JoinOptions<unknown>["since"]): Disposable {
  const screen = findScreen();
  const resize = (grown = 0): void => {
    const { rows, columns } = readTerminalSize();
    streams.resize({ rows: rows + grown, columns: columns + grown }).catch(() => {});
  };
  if (screen !== undefined && since === "now") resize(1);
  if (screen !== undefined) resize();
  const follow = (): void => resize();
  screen?.on("resize", follow);
  return { [Symbol.dispose]: () => void screen?.off("resize", follow) };
}
