import { restartContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";
import { enterCgroupFor } from "../run/enter-cgroup-for.js";
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
        const target = { container, ...describeDirectories(context) };
        await enterCgroupFor(target);
        await restartContainer({ ...target, ...given });
        context.print(container);
      },
    });
  },
});
