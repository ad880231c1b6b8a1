import { startKeptContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";

export const start: Command = defineCommand({
  usage: "start CONTAINER…",
  summary: "Start containers that were created or have ended, in the background.",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands }, context) =>
    eachContainer({
      operands,
      verb: "start",
      context,
      act: async (container) => {
        await startKeptContainer({ container, ...describeDirectories(context) });
        context.print(container);
      },
    }),
});
