import { inspectContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeDirectories } from "../run/create-kept.js";

export const port: Command = defineCommand({
  usage: "port CONTAINER [PORT[/PROTOCOL]]",
  summary: "List the published ports of a container: none yet, because none can be published.",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands: [container, wanted, ...more] }, context) => {
    if (container === undefined || more.length > 0) {
      throw new UsageError("failed to list ports: a container, and one port at most, are needed", {
        code: container === undefined ? "MISSING_ARGUMENT" : "TOO_MANY_ARGUMENTS",
        hint: "dockher port NAME",
      });
    }
    const { config } = inspectContainer({ container, ...describeDirectories(context) });
    if (wanted === undefined) return 0;
    if (!/^\d{1,5}(?:\/(?:tcp|udp|sctp))?$/.test(wanted)) {
      throw new UsageError(`failed to parse the port "${wanted}"`, {
        code: "INVALID_PORT",
        hint: "write 80, or 53/udp",
      });
    }
    throw new UsageError(
      `failed to find the port ${wanted} of ${config.name}: it is not published`,
      { code: "PORT_NOT_FOUND" },
    );
  },
});
