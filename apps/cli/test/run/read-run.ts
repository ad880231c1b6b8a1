import { parseArguments } from "../../src/arguments/parse.ts";
import { type RunCommandLine, readCommandLine } from "../../src/run/command-line.ts";
import { RUN_OPTIONS } from "../../src/run/option-table.ts";
import { UNSUPPORTED_OPTIONS } from "../../src/run/unsupported-options.ts";

/** Reads the words that stand behind `dockher run`. */
export function readRun(...args: string[]): RunCommandLine {
  return readCommandLine(parseArguments(args, RUN_OPTIONS, { unsupported: UNSUPPORTED_OPTIONS }));
}
