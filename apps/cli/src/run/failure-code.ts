import { DockherError } from "@dockher/spec";

/** Docker's exit codes: what the container's own command could not be. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  COMMAND_NOT_EXECUTABLE: 126,
  COMMAND_NOT_FOUND: 127,
};

/** The exit code of a `dockher run` that did not get as far as running the command. */
export function toFailureCode(error: unknown): number {
  return (error instanceof DockherError ? EXIT_CODES[error.code] : undefined) ?? 125;
}
