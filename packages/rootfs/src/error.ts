import { DockherError } from "@dockher/spec";

/** A recipe, a bootstrap, the image store or an overlay that cannot be had. */
export class RootfsError extends DockherError {}

/** The reason inside an error of any kind, without its stack. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether `error` is a system error with this code, such as `ENOENT`. */
export function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
