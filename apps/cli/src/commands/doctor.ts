import { canRunContainers, type HostCheck, probeHost } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { FORMAT_OPTION, printColumns, printFormatted } from "../output/format.js";

export const doctor: Command = defineCommand({
  usage: "doctor [OPTIONS]",
  summary: `Say what this machine can do for containers, and the fix for each thing that it can't.
Ends with 1 where no container can run at all.`,
  options: FORMAT_OPTION,
  execute: async ({ options }, { print }) => {
    const report = await probeHost();
    if (options.format !== undefined) {
      const rows = report.checks.map(({ name, status, detail, fix = "" }) => {
        return { Name: name, Status: status, Detail: detail, Fix: fix };
      });
      printFormatted(rows, options.format, print);
    } else {
      printChecks(report.checks, print);
    }
    return canRunContainers(report) ? 0 : 1;
  },
});

function printChecks(checks: readonly HostCheck[], print: (line: string) => void): void {
  printColumns(
    [
      ["STATUS", "WHAT", "FOUND"],
      ...checks.map((check) => [check.status, check.name, check.detail]),
    ],
    print,
  );
  const fixes = checks.filter(({ fix }) => fix !== undefined);
  for (const { name, fix } of fixes) print(`\n${name}:\n  ${fix}`);
}
