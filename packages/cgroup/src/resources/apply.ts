import { readFileSync } from "node:fs";
import { CgroupError, errnoOf, wrapErrno } from "../error.js";
import type { Controller } from "../hierarchy.js";
import type { ControlWrite } from "./plan.js";

export interface ApplyOptions {
  directoryOf: (controller: Controller) => string;
  write: (path: string, value: string) => void | Promise<void>;
}

/** Executes a plan in its order and stops at the first write that the kernel refuses. */
export async function applyWrites(
  writes: readonly ControlWrite[],
  { directoryOf, write }: ApplyOptions,
): Promise<void> {
  for (const planned of writes) {
    const directory = directoryOf(planned.controller);
    try {
      await write(`${directory}/${planned.file}`, planned.value);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw refuse(planned, error);
      if (planned.otherwise !== undefined) {
        const { file, value } = planned.otherwise;
        try {
          await write(`${directory}/${file}`, value);
        } catch (other) {
          throw refuse(planned, other);
        }
      } else if (planned.harmlessWithoutSwap === undefined || hasSwap()) {
        throw refuse(planned, error);
      }
    }
  }
}

function refuse(planned: ControlWrite, error: unknown): CgroupError {
  const action = `set ${planned.property} to ${planned.value}`;
  if (errnoOf(error) !== "ENOENT") return wrapErrno(action, error);
  return new CgroupError(`failed to ${action}: this kernel has no ${planned.file}`, {
    code: "CGROUP_LIMIT_UNSUPPORTED",
    hint:
      planned.harmlessWithoutSwap === undefined
        ? "leave this limit out, or boot a kernel that has it"
        : "boot with swapaccount=1, or turn swap off: swapoff -a",
    cause: error,
  });
}

/** Whether the machine swaps at all; /proc/swaps holds a heading and a line for each area. */
function hasSwap(): boolean {
  try {
    return readFileSync("/proc/swaps", "utf8").trim().split("\n").length > 1;
  } catch (error) {
    // A kernel without CONFIG_SWAP has no such file.
    return errnoOf(error) !== "ENOENT";
  }
}
