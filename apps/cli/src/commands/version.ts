import { release } from "node:os";
import { type Command, defineCommand } from "../command.js";
import { INSPECT_FORMAT_OPTION, printFacts } from "../output/inspect.js";
import { VERSION } from "../version.js";

/** Docker's names of processors, where Node has others. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

export const version: Command = defineCommand({
  usage: "version [OPTIONS]",
  summary: `Show the versions of Dockher, Node.js and the kernel.
For templates they are Docker's .Client and .Server, which are one program here.`,
  options: INSPECT_FORMAT_OPTION,
  examples: [{ summary: "The version alone", line: "dockher version -f '{{.Server.Version}}'" }],
  execute: async ({ options }, { print }) => {
    const program = {
      Version: VERSION,
      NodeVersion: process.versions.node,
      Os: process.platform,
      Arch: ARCHITECTURES[process.arch] ?? process.arch,
    };
    const kernel = release();
    if (options.format !== undefined && options.format !== "") {
      const facts = { Client: program, Server: { ...program, KernelVersion: kernel } };
      printFacts(facts, { format: options.format, print });
      return 0;
    }
    const lines = {
      Version: program.Version,
      Node: program.NodeVersion,
      Kernel: kernel,
      "OS/Arch": `${program.Os}/${program.Arch}`,
    };
    for (const [name, value] of Object.entries(lines)) print(`${`${name}:`.padEnd(15)}${value}`);
    return 0;
  },
});
