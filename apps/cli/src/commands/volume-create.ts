import { createVolume } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { parseLabels } from "../values/label.js";

const OPTIONS = {
  driver: {
    kind: "value",
    short: "d",
    placeholder: "local",
    choices: ["local"],
    summary: "Only local, a directory of this machine, is there",
  },
  label: { kind: "list", placeholder: "NAME[=VALUE]", summary: "Set a label" },
  opt: { kind: "list", short: "o", placeholder: "NAME=VALUE", summary: "", hidden: true },
} as const satisfies OptionTable;

export const volumeCreate: Command = defineCommand({
  usage: "volume create [OPTIONS] [NAME]",
  summary: "Make a volume. Without a name it gets one, and counts as anonymous.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, print }) => {
    const [name, ...more] = operands;
    if (more.length > 0) {
      throw new UsageError(`failed to create volumes ${operands.join(", ")}: one at a time`, {
        code: "TOO_MANY_ARGUMENTS",
      });
    }
    const [option] = options.opt;
    if (option !== undefined) {
      throw new UsageError(
        `failed to create a volume with --opt ${option}: options of the driver are not supported yet`,
        { code: "UNSUPPORTED", hint: "bind a directory instead: -v /host/path:/container/path" },
      );
    }
    const volume = await createVolume({
      labels: parseLabels(options.label),
      ...(name === undefined ? {} : { name }),
      ...(options.driver === undefined ? {} : { driver: options.driver }),
      ...(root === undefined ? {} : { directories: { root } }),
    });
    print(volume.name);
    return 0;
  },
});
