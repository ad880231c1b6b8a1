import { unpauseContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";

export const unpause: Command = defineCommand({
  usage: "unpause CONTAINER…",
  summary: "Let the processes of paused containers go on.",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands }, context) =>
    eachContainer({
      operands,
      verb: "unpause",
      context,
      act: async (container) => {
        await unpauseContainer({ container, ...describeDirectories(context) });
        context.print(container);
      },
    }),
});
