import { readFileSync } from "node:fs";
import { UsageError } from "../error.js";

export interface FileLine {
  line: string;
  /** For messages. */
  where: string;
}

/**
 * The lines of a file that an option names, without empty ones and those that begin with `#`.
 * @throws UsageError of the code that is given
 */
export function readFileLines(
  file: string,
  { option, code }: { option: string; code: string },
): FileLine[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new UsageError(`failed to read ${option} "${file}": ${(cause as Error).message}`, {
      code,
      hint: "name a text file with one NAME=VALUE in each line",
      cause,
    });
  }
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trimStart(), where: `${file}, line ${index + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
}
