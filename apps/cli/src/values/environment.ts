import { UsageError } from "../error.js";
import { readFileLines } from "./file-lines.js";

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
    const lines = readFileLines(file, { option: "--env-file", code: "ENV_FILE_UNREADABLE" });
    for (const { line, where } of lines) assign(environment, line, own, where);
  }
  for (const text of env) assign(environment, text, own, "--env");
  return environment;
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
