import { type CgroupReport, describeCgroups } from "@dockher/cgroup";
import type { HostCheck } from "./host-report.js";

/** Whether there are control groups, and what cannot be limited. */
export function checkCgroups(report: CgroupReport = describeCgroups()): HostCheck[] {
  const [problem] = report.problems;
  if (report.version === null || problem !== undefined) {
    return [
      {
        name: "control groups",
        status: "missing",
        detail: problem?.message ?? "there are none",
        ...(problem?.hint === undefined ? {} : { fix: problem.hint }),
      },
    ];
  }
  return [
    {
      name: "control groups",
      status: "ok",
      detail: `version ${report.version}${report.hybrid ? ", hybrid" : ""}: ${report.controllers.join(", ")}`,
    },
    ...report.missing.map(({ controller, purpose }): HostCheck => {
      return {
        name: `${controller} controller`,
        status: "limited",
        detail: `cannot limit ${purpose}`,
        fix: "boot a kernel that has it, and delegate it: /proc/cgroups lists what the kernel has",
      };
    }),
  ];
}
