import { getSystemErrorMap } from "node:util";
import { NsError } from "@dockher/ns";
import { RuntimeError } from "../error.js";

const FULL = "free some space there first";

/** Of the errors that have a word of their own; the others are `COPY_FAILED`. */
const EXPLANATIONS: Readonly<Record<string, { code: string; reason?: string; hint?: string }>> = {
  ENOENT: { code: "PATH_NOT_FOUND", reason: "there is no such file or directory" },
  ENOTDIR: { code: "INVALID_PATH", reason: "it is no directory" },
  ELOOP: { code: "INVALID_PATH", reason: "there are too many links, or one that no file has" },
  ENAMETOOLONG: { code: "INVALID_PATH", reason: "its name is too long" },
  EACCES: {
    code: "PERMISSION_DENIED",
    reason: "it is closed to this user",
    hint: "without root, do it inside, where the container's root may: dockher exec",
  },
  EROFS: { code: "PATH_READ_ONLY", reason: "it is read-only there" },
  ENOSPC: { code: "COPY_FAILED", hint: FULL },
  EDQUOT: { code: "COPY_FAILED", hint: FULL },
};

/** An error of a file call as one of ours that names the path as its owner does; any other as it is. */
export function explainFileError(error: unknown, path: string): unknown {
  const name = nameErrno(error);
  if (name === undefined) return error;
  const { code, reason, hint } = EXPLANATIONS[name] ?? { code: "COPY_FAILED" };
  return new RuntimeError(`failed to use ${path}: ${reason ?? describeErrno(name)}`, {
    code,
    hint,
    cause: error,
  });
}

function nameErrno(error: unknown): string | undefined {
  if (error instanceof NsError) return error.errno;
  const system = error instanceof Error && "errno" in error && "syscall" in error;
  return system ? (error as NodeJS.ErrnoException).code : undefined;
}

function describeErrno(name: string): string {
  for (const [known, words] of getSystemErrorMap().values()) if (known === name) return words;
  return name;
}
