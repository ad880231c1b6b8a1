import { readFileSync } from "node:fs";
import { CgroupError, errnoOf, wrapErrno } from "../error.js";
import type { Controller } from "../hierarchy.js";
import type { ControlWrite } from "./plan.js";
import { rememberValues } from "./remember.js";

export interface ApplyOptions {
  directoryOf: (controller: Controller) => string;
  write: (path: string, value: string) => void | Promise<void>;
}

/**
 * Executes a plan on a cgroup that is in use: where the kernel refuses a write, those before it are taken back.
 * @throws CgroupError, with both errors where the taking back fails as well
 */
export async function applyChanges(
  writes: readonly ControlWrite[],
  options: ApplyOptions,
): Promise<void> {
  const restore = rememberValues(writes, options);
  try {
    await applyWrites(writes, options);
  } catch (error) {
    await restore().catch((second: unknown) => {
      throw new CgroupError(`${(error as Error).message}; and failed to restore what was before`, {
        code: "CGROUP_HALF_UPDATED",
        hint: "set every limit again",
        cause: new AggregateError([error, second]),
      });
    });
    throw error;
  }
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
