import type { Readable, Writable } from "node:stream";
import type { ContainerAttachment } from "@dockher/runtime";
import { DetachKeys } from "../values/detach-keys.js";
import { forwardSignals } from "./signals.js";
import { findScreen, readTerminalSize } from "./terminal.js";

export interface JoinOptions {
  attachment: ContainerAttachment;
  /** Whether the container has a terminal. */
  tty: boolean;
  /** Whether what is typed here goes to the container. */
  interactive: boolean;
  /** The bytes that detach, where there is a terminal. */
  detachKeys: Uint8Array;
  /** Whether signals go to the container; else they end only this process. */
  signals: boolean;
  notice: (line: string) => void;
}

/**
 * Joins this process's streams, or its terminal, with a container's, until the container has ended or the keys that detach were
 * typed. The terminal is as it was afterwards; Node itself restores it at any exit but SIGKILL.
 * @returns the container's exit code; undefined where it goes on
 * @throws NsError `MONITOR_GONE` where its monitor was killed
 */
export async function joinContainer(options: JoinOptions): Promise<number | undefined> {
  const { attachment, tty, interactive, notice } = options;
  const { streams } = attachment;
  const undo: Undo = [];
  if (options.signals) {
    forwardSignals({ terminal: tty, notice }).attach({
      kill: (signal) => {
        // It has ended by itself.
        streams.kill(signal).catch(() => {});
        return true;
      },
    });
  }
  try {
    const shown = [show(streams.stdout, process.stdout)];
    if (!tty) shown.push(show(streams.stderr, process.stderr));
    const typed = interactive ? type(streams.stdin, options, undo) : never;
    if (tty) followSize(attachment, undo);
    const first = await Promise.race([typed, streams.ended]);
    if (first === "detached") return undefined;
    await Promise.all(shown);
    return first.status === "running" ? 0 : first.exit.exitCode;
  } finally {
    for (const step of undo.reverse()) step();
  }
}

/** What brings the terminal and the streams back to where they were. */
type Undo = (() => void)[];

const never = new Promise<never>(() => {});

function show(from: Readable, to: Writable): Promise<void> {
  from.pipe(to, { end: false });
  return new Promise((resolve) => from.once("close", resolve));
}

/** Hands on what is typed; resolves when the keys that detach were. */
function type(stdin: Writable, { tty, detachKeys }: JoinOptions, undo: Undo): Promise<"detached"> {
  const { stdin: keyboard } = process;
  undo.push(() => {
    keyboard.unpipe();
    keyboard.removeAllListeners("data");
    keyboard.destroy();
  });
  if (!tty) {
    keyboard.pipe(stdin);
    return never;
  }
  if (keyboard.isTTY) {
    keyboard.setRawMode(true);
    undo.push(() => void keyboard.setRawMode(false));
  }
  const keys = new DetachKeys(detachKeys);
  return new Promise((resolve) => {
    keyboard.on("data", (chunk: Buffer) => {
      const { forward, detached } = keys.read(chunk);
      if (forward.length > 0 && !stdin.write(forward)) {
        keyboard.pause();
        stdin.once("drain", () => keyboard.resume());
      }
      if (detached) resolve("detached");
    });
    keyboard.once("end", () => stdin.end());
  });
}

/** Gives the container's terminal the size of the user's, now and whenever it changes. */
function followSize({ streams }: ContainerAttachment, undo: Undo): void {
  const screen = findScreen();
  if (screen === undefined) return;
  const resize = (): void => {
    streams.resize(readTerminalSize()).catch(() => {});
  };
  resize();
  screen.on("resize", resize);
  undo.push(() => void screen.off("resize", resize));
}
