import { ImageStore } from "@dockher/rootfs";
import { type HostReport, probeHost } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { FORMAT_OPTION, printFormatted } from "../output/format.js";
import { formatMemory } from "../output/units.js";
import { VERSION } from "../version.js";

export const info: Command = defineCommand({
  usage: "info [OPTIONS]",
  summary: "Show this machine and this installation.",
  options: FORMAT_OPTION,
  execute: async ({ options }, { root, print }) => {
    const store = ImageStore.open({ root });
    const images = await store.list();
    const report = await probeHost();
    const { cgroups } = report;
    const facts = {
      ServerVersion: VERSION,
      Images: images.length,
      DockherRootDir: store.directories.root,
      CacheDir: store.directories.cache,
      CgroupVersion: cgroups.version === null ? "none" : String(cgroups.version),
      CgroupControllers: cgroups.controllers,
      KernelVersion: report.kernel,
      Architecture: report.architecture,
      NCPU: report.cpus,
      MemTotal: report.memory,
      NodeVersion: process.versions.node,
    };
    if (options.format !== undefined) {
      printFormatted([facts], options.format, print);
      return 0;
    }
    const lines = {
      Version: facts.ServerVersion,
      Images: String(facts.Images),
      "Root directory": facts.DockherRootDir,
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
