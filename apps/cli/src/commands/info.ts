import { hostname, machine } from "node:os";
import { ImageStore } from "@dockher/rootfs";
import { type HostReport, probeHost } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { INSPECT_FORMAT_OPTION, printFacts } from "../output/inspect.js";
import { formatMemory } from "../output/units.js";
import { VERSION } from "../version.js";

export const info: Command = defineCommand({
  usage: "info [OPTIONS]",
  summary: "Show this machine and this installation.",
  options: INSPECT_FORMAT_OPTION,
  examples: [{ summary: "One fact", line: "dockher info -f '{{.CgroupVersion}}'" }],
  execute: async ({ options }, { root, print }) => {
    const store = ImageStore.open({ root });
    const images = await store.list();
    const report = await probeHost();
    const { cgroups } = report;
    const facts = {
      ServerVersion: VERSION,
      Images: images.length,
      DockerRootDir: store.directories.root,
      CacheDir: store.directories.cache,
      CgroupVersion: cgroups.version === null ? "none" : String(cgroups.version),
      CgroupControllers: cgroups.controllers,
      KernelVersion: report.kernel,
      OSType: process.platform,
      Architecture: machine(),
      NCPU: report.cpus,
      MemTotal: report.memory,
      Name: hostname(),
      NodeVersion: process.versions.node,
    };
    if (options.format !== undefined && options.format !== "") {
      printFacts(facts, { format: options.format, print });
      return 0;
    }
    const lines = {
      Version: facts.ServerVersion,
      Images: String(facts.Images),
      "Root directory": facts.DockerRootDir,
      "Cache directory": facts.CacheDir,
      Cgroups: describeCgroups(cgroups),
      Kernel: facts.KernelVersion,
      Architecture: facts.Architecture,
      CPUs: String(facts.NCPU),
      Memory: formatMemory(facts.MemTotal),
      "Node.js": facts.NodeVersion,
    };
    for (const [name, value] of Object.entries(lines)) print(`${`${name}:`.padEnd(18)}${value}`);
    return 0;
  },
});

function describeCgroups({ version, hybrid, controllers }: HostReport["cgroups"]): string {
  if (version === null) return "none";
  return `v${version}${hybrid ? " (hybrid)" : ""}: ${controllers.join(" ")}`;
}
