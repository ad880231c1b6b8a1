import { RuntimeError, removeContainer } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { renderError } from "../output/render-error.js";
import { describeDirectories } from "../run/create-kept.js";

const OPTIONS = {
  force: {
    kind: "flag",
    short: "f",
    summary: "Kill it where it runs; a missing one is no failure",
  },
  volumes: { kind: "flag", short: "v", summary: "Remove its anonymous volumes as well" },
} as const satisfies OptionTable;

export const rm: Command = defineCommand({
  usage: "rm [OPTIONS] CONTAINER…",
  summary: "Remove containers, with all that they wrote.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const force = options.force === true;
    return eachContainer({
      operands,
      verb: "rm",
      context,
      act: async (container) => {
        const volumes = options.volumes === true;
        try {
          await removeContainer({ container, force, volumes, ...describeDirectories(context) });
        } catch (error) {
          const missing = error instanceof RuntimeError && error.code === "CONTAINER_NOT_FOUND";
          if (!missing || !force) throw error;
          // As in Docker, it is told, and no failure.
          process.stderr.write(renderError(error, { debug: false }));
          return;
        }
        context.print(container);
      },
    });
  },
});
