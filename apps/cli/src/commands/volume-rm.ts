import { RuntimeError, removeVolume } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { renderError } from "../output/render-error.js";

const OPTIONS = {
  force: { kind: "flag", short: "f", summary: "A missing volume is no failure" },
} as const satisfies OptionTable;

export const volumeRm: Command = defineCommand({
  usage: "volume rm [OPTIONS] VOLUME…",
  summary: "Remove volumes that no container uses, with all that is in them.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, env, print }) => {
    if (operands.length === 0) {
      throw new UsageError("failed to remove a volume: none is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher volume rm NAME",
      });
    }
    let exitCode = 0;
    for (const name of operands) {
      try {
        await removeVolume({ name, directories: root === undefined ? {} : { root } });
        print(name);
      } catch (error) {
        const missing = error instanceof RuntimeError && error.code === "VOLUME_NOT_FOUND";
        if (missing && options.force === true) {
          print(name);
          continue;
        }
        exitCode = 1;
        process.stderr.write(renderError(error, { debug: env["DOCKHER_DEBUG"] === "1" }));
      }
    }
    return exitCode;
  },
});
