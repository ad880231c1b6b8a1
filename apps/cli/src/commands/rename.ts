import { renameContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeDirectories } from "../run/create-kept.js";

export const rename: Command = defineCommand({
  usage: "rename CONTAINER NAME",
  summary: "Give a container another name.",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands }, context) => {
    const [container, name] = operands;
    if (container === undefined || name === undefined || operands.length > 2) {
      throw new UsageError("failed to rename a container: its name and the new one are needed", {
        code: "MISSING_ARGUMENT",
        hint: "dockher rename old new",
      });
    }
    await renameContainer({ container, name, ...describeDirectories(context) });
    return 0;
  },
});
