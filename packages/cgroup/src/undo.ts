import { CgroupError } from "./error.js";

/** Takes back a half-made cgroup and gives the error to throw: the first one, or both where the undoing fails too. */
export function undo(error: unknown, remove: () => boolean): unknown {
  let second: unknown;
  try {
    if (remove()) return error;
    second = new Error("a process has joined it");
  } catch (failure) {
    second = failure;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new CgroupError(`${message}; and failed to remove what was made`, {
    code: "CGROUP_LEFT_BEHIND",
    hint: "remove it with rmdir when its cgroup.procs is empty",
    cause: new AggregateError([error, second]),
  });
}
