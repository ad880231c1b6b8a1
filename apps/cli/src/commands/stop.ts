import { stopContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";
import { readStopOptions, STOP_OPTIONS } from "../run/stop-options.js";

export const stop: Command = defineCommand({
  usage: "stop [OPTIONS] CONTAINER…",
  summary: "Ask containers to end, and kill them after a while.",
  options: STOP_OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const given = readStopOptions(options);
    return eachContainer({
      operands,
      verb: "stop",
      context,
      act: async (container) => {
        await stopContainer({ container, ...given, ...describeDirectories(context) });
        context.print(container);
      },
    });
  },
});
