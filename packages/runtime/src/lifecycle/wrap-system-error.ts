import { getSystemErrorMap } from "node:util";
import { RuntimeError } from "../error.js";

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some space in the data directory, or choose another with --root",
  EDQUOT: "free some space in the data directory, or choose another with --root",
  EROFS: "choose a data directory that can be written, with --root",
  EMFILE: "raise the limit of open files: ulimit -n",
  ENFILE: "close some files: the whole machine has too many open",
};

export interface WrapOptions {
  /** What could not be done, such as `start the container`. */
  action: string;
  /** Default `CREATE_FAILED`. */
  code?: "CHANGE_FAILED";
}

/** An error of Node's file calls as one of ours, whose message says what could not be done; any other as it is. */
export function wrapSystemError(error: unknown, options: WrapOptions): unknown {
  if (!(error instanceof Error) || !("errno" in error) || !("syscall" in error)) return error;
  const {
    code = "",
    errno,
    syscall,
    path,
    dest,
  } = error as NodeJS.ErrnoException & { dest?: string };
  const reason = getSystemErrorMap().get(errno ?? 0)?.[1] ?? error.message;
  return new RuntimeError(`failed to ${options.action}: ${reason}: ${dest ?? path ?? syscall}`, {
    code: options.code ?? "CREATE_FAILED",
    hint: HINTS[code],
    cause: error,
  });
}
