import type { OptionValues } from "../arguments/option.js";
import { UsageError } from "../error.js";
import type { RunOptionTable } from "./option-table.js";

export type Output = "stdout" | "stderr";

/** Which streams of a container are those of this process. */
export interface AttachedStreams {
  stdin: boolean;
  outputs: readonly Output[];
}

type AttachValues = Pick<OptionValues<RunOptionTable>, "attach" | "interactive" | "tty">;

const OUTPUTS = ["stdout", "stderr"] as const;

/**
 * What `--attach` names, else all that there is. As in Docker, `-i` attaches the standard input in any case.
 * @throws UsageError `INVALID_STREAM`, `CONFLICTING_OPTIONS`
 */
export function readAttachedStreams(values: AttachValues): AttachedStreams {
  const { attach, interactive = false, tty = false } = values;
  if (attach.length === 0) return { stdin: interactive, outputs: OUTPUTS };
  const named = attach.map((text) => text.toLowerCase());
  for (const name of named) {
    if (name === "stdin" || OUTPUTS.some((output) => output === name)) continue;
    throw new UsageError(
      `failed to parse --attach "${name}": valid streams are STDIN, STDOUT and STDERR`,
      { code: "INVALID_STREAM", hint: "write --attach stdout" },
    );
  }
  if (named.includes("stdin") && !interactive) {
    throw refuse("the command has no standard input", "add -i");
  }
  const outputs = OUTPUTS.filter((output) => named.includes(output));
  if (tty && outputs.length === 1 && outputs[0] === "stderr") {
    throw refuse("all that a terminal shows is its standard output", "write --attach stdout");
  }
  return { stdin: interactive, outputs };
}

/** Whether somebody sees what it writes; else, as in Docker, its id is printed, and it goes on when its input is there. */
export function isWatched({
  attach,
  detach,
}: Pick<OptionValues<RunOptionTable>, "attach" | "detach">): boolean {
  if (detach === true) return false;
  return attach.length === 0 || attach.some((text) => /^std(?:out|err)$/i.test(text));
}

function refuse(reason: string, hint: string): UsageError {
  return new UsageError(`failed to apply --attach: ${reason}`, {
    code: "CONFLICTING_OPTIONS",
    hint,
  });
}
