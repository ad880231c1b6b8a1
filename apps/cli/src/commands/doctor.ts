import { canRunContainers, type HostCheck, probeHost } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { FORMAT_OPTION, printList } from "../output/list.js";

export const doctor: Command = defineCommand({
  usage: "doctor [OPTIONS]",
  summary: `Say what this machine can do for containers, and the fix for each thing that it can't.
Ends with 1 where no container can run at all.`,
  options: FORMAT_OPTION,
  execute: async ({ options }, { print, notice }) => {
    const report = await probeHost();
    printList({
      rows: report.checks.map(({ name, status, detail, fix = "" }) => {
        return { Name: name, Status: status, Detail: detail, Fix: fix };
      }),
      headings: { Name: "WHAT", Status: "STATUS", Detail: "FOUND", Fix: "FIX" },
      columns: ["Status", "Name", "Detail"],
      format: options.format,
      print,
      notice,
    });
    if (options.format === undefined) printFixes(report.checks, print);
    return canRunContainers(report) ? 0 : 1;
  },
});

function printFixes(checks: readonly HostCheck[], print: (line: string) => void): void {
  const fixes = checks.filter(({ fix }) => fix !== undefined);
  for (const { name, fix } of fixes) print(`\n${name}:\n  ${fix}`);
}
