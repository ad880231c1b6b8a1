import { ReadStream, type WriteStream } from "node:tty";
import type { Container, TerminalOption } from "@dockher/runtime";
import { UsageError } from "../error.js";

/** What a terminal has where nobody says its size. */
const DEFAULT_SIZE: TerminalOption = { rows: 24, columns: 80 };

/**
 * Refuses `-it` where there is nobody to type.
 * @throws UsageError `NO_TERMINAL`.
 */
export function checkTerminal({ tty, interactive }: { tty: boolean; interactive: boolean }): void {
  if (tty && interactive && !process.stdin.isTTY) {
    throw new UsageError("failed to give the container a terminal: the input device is not a TTY", {
      code: "NO_TERMINAL",
      hint: "leave -t out where the input is a pipe or a file",
    });
  }
}

/** The size of the terminal that the user looks at. */
export function readTerminalSize(): TerminalOption {
  const screen = findScreen();
  return screen === undefined ? DEFAULT_SIZE : { rows: screen.rows, columns: screen.columns };
}

export function findScreen(): WriteStream | undefined {
  return [process.stdout, process.stderr].find((stream) => stream.isTTY && stream.columns > 0);
}

export interface AttachedTerminal extends AsyncDisposable {
  /** Resolves when the container has closed its side and everything it wrote was shown. */
  readonly drained: Promise<void>;
}

/**
 * Connects the user's terminal to the container's: keys go in as bytes (raw mode) where `interactive`, what it writes comes out, and a
 * new size of the window is carried over. Disposing restores the terminal; Node itself does so at any exit but SIGKILL.
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

  const screen = findScreen();
  const resize = (): void => terminal.resize(readTerminalSize());
  screen?.on("resize", resize);
  if (interactive) {
    process.stdin.setRawMode(true);
    process.stdin.pipe(master, { end: false });
  }
  return {
    drained,
    [Symbol.asyncDispose]: async () => {
      screen?.off("resize", resize);
      if (interactive) {
        process.stdin.setRawMode(false);
        process.stdin.unpipe();
        process.stdin.destroy();
      }
      master.destroy();
      await drained;
    },
  };
}
