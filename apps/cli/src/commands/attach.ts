import { attachContainer } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { ATTACH_OPTIONS } from "../run/attach-options.js";
import { attachToContainer } from "../run/attach-to-container.js";

const OPTIONS = {
  ...ATTACH_OPTIONS,
  "no-stdin": { kind: "flag", summary: "Only look" },
} as const satisfies OptionTable;

export const attach: Command = defineCommand({
  usage: "attach [OPTIONS] CONTAINER",
  summary: `Join this terminal with that of a container that runs, and end with its exit code.
Ctrl-P Ctrl-Q leaves a container that has a terminal and was created with -i, and it goes on.`,
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const [container, ...more] = operands;
    if (container === undefined || more.length > 0) {
      throw new UsageError("failed to attach: one container is needed", {
        code: container === undefined ? "MISSING_ARGUMENT" : "TOO_MANY_ARGUMENTS",
        hint: "dockher attach NAME",
      });
    }
    return attachToContainer({
      container,
      since: "now",
      stdin: options["no-stdin"] !== true,
      proxied: "without-terminal",
      options,
      context,
      open: attachContainer,
    });
  },
});
