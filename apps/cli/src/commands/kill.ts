import { killContainer } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";
import { parseSignal } from "../values/signal-name.js";

const OPTIONS = {
  signal: { kind: "value", short: "s", placeholder: "SIGNAL", summary: "Default KILL" },
} as const satisfies OptionTable;

export const kill: Command = defineCommand({
  usage: "kill [OPTIONS] CONTAINER…",
  summary: "Send a signal to the commands of containers.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const signal = parseSignal(options.signal ?? "KILL");
    return eachContainer({
      operands,
      verb: "kill",
      context,
      act: async (container) => {
        await killContainer({ container, signal, ...describeDirectories(context) });
        context.print(container);
      },
    });
  },
});
