import { readFileSync } from "node:fs";
import { UsageError } from "../error.js";

export type Environment = Record<string, string>;

/**
 * Reads `--env-file` and `-e` into one environment: files first, the flags override them, and the later of two wins.
 * A name without a value takes the caller's, and is left out where the caller has none.
 * @throws UsageError `INVALID_ENV` or `ENV_FILE_UNREADABLE`.
 */
export function readEnvironment(
  { env, envFiles }: { env: readonly string[]; envFiles: readonly string[] },
  own: NodeJS.ProcessEnv,
): Environment {
  const environment: Environment = {};
  for (const file of envFiles) {
    for (const { line, where } of readLines(file)) assign(environment, line, own, where);
  }
  for (const text of env) assign(environment, text, own, "--env");
  return environment;
}

function readLines(file: string): { line: string; where: string }[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new UsageError(`failed to read --env-file "${file}": ${(cause as Error).message}`, {
      code: "ENV_FILE_UNREADABLE",
      hint: "name a text file with one NAME=VALUE in each line",
      cause,
    });
  }
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trimStart(), where: `${file}, line ${index + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
}

function assign(environment: Environment, text: string, own: NodeJS.ProcessEnv, where: string) {
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  if (name === "" || /[\s\0]/.test(name) || text.includes("\0")) {
    throw new UsageError(`failed to parse "${text}" (${where}): the name "${name}" is none`, {
      code: "INVALID_ENV",
      hint: "write NAME=VALUE, or NAME alone for your own value",
    });
  }
  const value = equals === -1 ? own[name] : text.slice(equals + 1);
  if (value !== undefined) environment[name] = value;
}
