import { release } from "node:os";
import { type Command, defineCommand } from "../command.js";
import { FORMAT_OPTION, printFormatted } from "../output/format.js";
import { VERSION } from "../version.js";

export const version: Command = defineCommand({
  usage: "version [OPTIONS]",
  summary: "Show the versions of Dockher, Node.js and the kernel.",
  options: FORMAT_OPTION,
  execute: async ({ options }, { print }) => {
    const versions = {
      Version: VERSION,
      Node: process.versions.node,
      Kernel: release(),
      Architecture: process.arch,
    };
    if (options.format !== undefined) {
      printFormatted([versions], options.format, print);
    } else {
      for (const [name, value] of Object.entries(versions))
        print(`${`${name}:`.padEnd(15)}${value}`);
    }
    return 0;
  },
});
