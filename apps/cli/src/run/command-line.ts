import type { OptionValues } from "../arguments/option.js";
import type { ParsedArguments } from "../arguments/parse.js";
import { UsageError } from "../error.js";
import type { RunOptionTable } from "./option-table.js";
import { refuseUnsupported } from "./unsupported.js";

/** What to run, and in what: the operands of `dockher run` after the options were taken away. */
export interface RunCommandLine {
  values: OptionValues<RunOptionTable>;
  /** As written; undefined where the default image is meant. */
  image: string | undefined;
  command: string[] | undefined;
  entrypoint: string[] | undefined;
}

/**
 * Reads `dockher run`'s arguments: what is the image, and what is the command.
 * @throws UsageError for contradictions, for what is not supported, and where there is nothing to run.
 */
export function readCommandLine({
  options: values,
  operands,
}: ParsedArguments<RunOptionTable>): RunCommandLine {
  refuseUnsupported(values);
  const words = [...operands];
  const image = values.rootfs === undefined ? words.shift() : undefined;
  if (values.cmd !== undefined) {
    checkCmd(values, words);
    return { values, image, command: ["/bin/sh", "-c", values.cmd], entrypoint: [] };
  }
  checkCommand(values, image, words);
  const command = words.length > 0 ? words : undefined;
  const { entrypoint } = values;
  if (entrypoint === undefined) return { values, image, command, entrypoint };
  return { values, image, command, entrypoint: entrypoint === "" ? [] : [entrypoint] };
}

function checkCmd({ cmd, entrypoint }: OptionValues<RunOptionTable>, words: string[]): void {
  const reject = (reason: string, hint: string): UsageError =>
    new UsageError(`failed to run --cmd "${cmd}": ${reason}`, {
      code: "CONFLICTING_OPTIONS",
      hint,
    });
  if (cmd?.trim() === "") throw noCommand();
  if (words.length > 0) {
    throw reject(`a second command follows: "${words.join(" ")}"`, "give one of the two");
  }
  if (entrypoint !== undefined) {
    throw reject("it is run by /bin/sh, so --entrypoint has no use", "leave --entrypoint out");
  }
}

/** An image has a command of its own; a directory has none, and `dockher run` alone means nothing unless a shell can be typed into. */
function checkCommand(
  { rootfs, interactive, entrypoint }: OptionValues<RunOptionTable>,
  image: string | undefined,
  words: string[],
): void {
  if (words.length > 0 || (entrypoint !== undefined && entrypoint !== "")) return;
  if (rootfs !== undefined || (image === undefined && interactive !== true)) throw noCommand();
}

function noCommand(): UsageError {
  return new UsageError("failed to run a container: there is no command", {
    code: "NO_COMMAND",
    hint: 'dockher run --cmd "echo hello", or dockher run -it debian',
  });
}
