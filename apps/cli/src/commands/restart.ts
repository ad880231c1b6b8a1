import { restartContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";
import { readStopOptions, STOP_OPTIONS } from "../run/stop-options.js";

export const restart: Command = defineCommand({
  usage: "restart [OPTIONS] CONTAINER…",
  summary: "Stop containers and start them again.",
  options: STOP_OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const given = readStopOptions(options);
    return eachContainer({
      operands,
      verb: "restart",
      context,
      act: async (container) => {
        await restartContainer({ container, ...given, ...describeDirectories(context) });
        context.print(container);
      },
    });
  },
});
