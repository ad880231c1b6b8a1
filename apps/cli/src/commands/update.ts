import { updateContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { eachContainer } from "../output/each-container.js";
import { describeDirectories } from "../run/create-kept.js";
import { readLimits } from "../run/limits.js";
import { RUN_OPTIONS } from "../run/option-table.js";
import { parseRestartPolicy } from "../values/restart-policy.js";

const OPTIONS = {
  mem: RUN_OPTIONS.mem,
  cpu: RUN_OPTIONS.cpu,
  memory: RUN_OPTIONS.memory,
  "memory-swap": RUN_OPTIONS["memory-swap"],
  "memory-reservation": RUN_OPTIONS["memory-reservation"],
  cpus: RUN_OPTIONS.cpus,
  "cpu-period": RUN_OPTIONS["cpu-period"],
  "cpu-quota": RUN_OPTIONS["cpu-quota"],
  "cpu-shares": RUN_OPTIONS["cpu-shares"],
  "cpuset-cpus": RUN_OPTIONS["cpuset-cpus"],
  "cpuset-mems": RUN_OPTIONS["cpuset-mems"],
  "blkio-weight": RUN_OPTIONS["blkio-weight"],
  "pids-limit": RUN_OPTIONS["pids-limit"],
  restart: RUN_OPTIONS.restart,
} as const;

export const update: Command = defineCommand({
  usage: "update [OPTIONS] CONTAINER…",
  summary: "Change the limits of containers, at once where they run.",
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [{ line: "dockher update --memory 1g --cpus 2 web", summary: "More of both" }],
  execute: async ({ options, operands }, context) => {
    const limits = readLimits(options);
    const { restart } = options;
    if (Object.keys(limits).length === 0 && restart === undefined) {
      throw new UsageError("failed to update containers: there is nothing to change", {
        code: "MISSING_ARGUMENT",
        hint: "dockher update --memory 1g NAME",
      });
    }
    const changes = {
      limits,
      ...(restart === undefined ? {} : { restart: parseRestartPolicy(restart) }),
    };
    return eachContainer({
      operands,
      verb: "update",
      context,
      act: async (container) => {
        await updateContainer({ container, ...changes, ...describeDirectories(context) });
        context.print(container);
      },
    });
  },
});
