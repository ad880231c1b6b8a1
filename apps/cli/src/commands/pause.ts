import { pauseContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";

export const pause: Command = defineCommand({
  usage: "pause CONTAINER…",
  summary: "Stop every process of containers where it is, until unpause.",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands }, context) =>
    eachContainer({
      operands,
      verb: "pause",
      context,
      act: async (container) => {
        await pauseContainer({ container, ...describeDirectories(context) });
        context.print(container);
      },
    }),
});
