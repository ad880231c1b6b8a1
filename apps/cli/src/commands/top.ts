import { listProcesses } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { listWithPs } from "../output/process-list.js";
import { describeDirectories } from "../run/create-kept.js";

export const top: Command = defineCommand({
  usage: "top CONTAINER [PS-OPTION…]",
  summary: `List the processes of a container, as this machine numbers them.
What follows CONTAINER are options of ps(1), -ef without any.`,
  options: {},
  examples: [
    { line: "dockher top web -o pid,rss,args", summary: "Other columns; pid must be one" },
  ],
  execute: async ({ operands: [container, ...options] }, context) => {
    if (container === undefined) {
      throw new UsageError("failed to list processes: no container is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher top NAME",
      });
    }
    const pids = listProcesses({ container, ...describeDirectories(context) });
    for (const line of await listWithPs({ pids, options })) context.print(line);
    return 0;
  },
});
