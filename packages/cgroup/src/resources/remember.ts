import { readControl } from "../control-file.js";
import type { Controller } from "../hierarchy.js";
import type { ApplyOptions } from "./apply.js";
import type { ControlWrite } from "./plan.js";

/** Their files hold one value, which can be written back. */
const REVERSIBLE: ReadonlySet<Controller> = new Set(["cpu", "cpuset", "memory", "pids"]);

/** Remembers what the files of a plan hold before it is carried out. The function that it gives writes it back. */
export function rememberValues(
  writes: readonly ControlWrite[],
  { directoryOf, write }: ApplyOptions,
): () => Promise<void> {
  const before = writes
    .filter(({ controller }) => REVERSIBLE.has(controller))
    .map(({ controller, file }) => {
      const directory = directoryOf(controller);
      return { path: `${directory}/${file}`, value: readValue(directory, file) };
    });
  return async () => {
    // Backward: the kernel wants memory <= memory and swap at every step.
    for (const { path, value } of before.reverse()) {
      // An empty write is none; a cpuset without a list of its own takes an empty line.
      if (value !== undefined) await write(path, value === "" ? "\n" : value);
    }
  };
}

/** As it can be written back; memory.oom_control of v1 tells more than it takes. */
function readValue(directory: string, file: string): string | undefined {
  const text = readControl(directory, file);
  return /^oom_kill_disable (\d)$/m.exec(text ?? "")?.[1] ?? text?.trim();
}
