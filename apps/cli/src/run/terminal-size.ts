import type { WriteStream } from "node:tty";
import type { TerminalOption } from "@dockher/runtime";

/** What a terminal has where nobody says its size. */
export const DEFAULT_SIZE: TerminalOption = { rows: 24, columns: 80 };

/** The size of the terminal that the user looks at. */
export function readTerminalSize(): TerminalOption {
  const { rows = 0, columns = 0 } = findScreen() ?? {};
  // A serial line knows of none.
  return rows > 0 && columns > 0 ? { rows, columns } : DEFAULT_SIZE;
}

export function findScreen(): WriteStream | undefined {
  return [process.stdout, process.stderr].find((stream) => stream.isTTY);
}
