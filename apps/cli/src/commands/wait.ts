import { waitContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";

export const wait: Command = defineCommand({
  usage: "wait CONTAINER…",
  summary: "Wait until containers have ended, and print their exit codes.",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands }, context) =>
    eachContainer({
      operands,
      verb: "wait",
      context,
      act: async (container) => {
        context.print(String(await waitContainer({ container, ...describeDirectories(context) })));
      },
    }),
});
