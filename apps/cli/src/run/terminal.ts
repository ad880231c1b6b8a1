import { ReadStream } from "node:tty";
import type { Container } from "@dockher/runtime";
import { UsageError } from "../error.js";
import { enterRawMode } from "./raw-mode.js";
import { findScreen, readTerminalSize } from "./terminal-size.js";

/**
 * Refuses `-it` where there is nobody to type.
 * @throws UsageError `NO_TERMINAL`.
 */
export function checkTerminal({ tty, interactive }: { tty: boolean; interactive: boolean }): void {
  if (tty && interactive && !process.stdin.isTTY) {
    throw new UsageError("failed to give the container a terminal: the input device is not a TTY", {
      code: "NO_TERMINAL",
      hint: "where the input is a pipe or a file, leave -t out, or attach with --no-stdin",
    });
  }
}

export interface AttachedTerminal extends AsyncDisposable {
  /** Resolves when the container has closed its side and everything it wrote was shown. */
  readonly drained: Promise<void>;
}

/**
 * Connects the user's terminal to the container's: keys go in as bytes (raw mode) where `interactive`, what it writes comes out, and a
 * new size of the window is carried over. Disposing restores the terminal.
 */
export function attachTerminal(
  container: Pick<Container, "terminal">,
  { interactive }: { interactive: boolean },
): AttachedTerminal {
  const { terminal } = container;
  if (terminal === undefined) throw new TypeError("the container has no terminal");
  // Made for reading, but a socket that writes as well, as pseudo-terminals do.
  const master = new ReadStream(terminal.fd);
  const drained = new Promise<void>((resolve) => {
    master.once("close", () => resolve());
    // Reading a pseudo-terminal whose other side was closed fails with EIO: its end of file (pty(7)).
    master.on("error", () => master.destroy());
  });
  master.pipe(process.stdout, { end: false });
  // Nobody looks any more, as where a modem hangs up: so the container's terminal does.
  process.stdout.on("error", () => master.destroy());

  const screen = findScreen();
  const resize = (): void => terminal.resize(readTerminalSize());
  screen?.on("resize", resize);
  const rawMode = interactive ? enterRawMode() : undefined;
  if (interactive) {
    // A terminal that is gone: a signal says so, or what it showed goes nowhere.
    process.stdin.on("error", () => {});
    process.stdin.pipe(master, { end: false });
  }
  return {
    drained,
    [Symbol.asyncDispose]: async () => {
      screen?.off("resize", resize);
      rawMode?.[Symbol.dispose]();
      if (interactive) {
        process.stdin.unpipe();
        process.stdin.destroy();
      }
      master.destroy();
      await drained;
    },
  };
}
