import { type CgroupReport, describeCgroups } from "@dockher/cgroup";
import type { HostCheck } from "./host-report.js";

const NAME = "control groups";

/** How they are got without root. */
const ENTERED = {
  nothing: "",
  leaf: ", once this cgroup's processes are in a leaf of it",
  scope: ", in a scope that the user's systemd makes",
} as const;

/** Whether there are control groups, and what cannot be limited. Without root, containers run without them. */
export function checkCgroups(
  report: CgroupReport = describeCgroups(),
  uid: number = process.geteuid?.() ?? 0,
): HostCheck[] {
  const [problem] = report.problems;
  if (report.version === null || problem !== undefined) {
    const more = report.problems.length > 1 ? `, and ${report.problems.length - 1} more` : "";
    const reason = problem === undefined ? "there are none" : problem.message + more;
    return [
      {
        name: NAME,
        status: uid === 0 ? "missing" : "limited",
        detail: uid === 0 ? reason : `no limits: ${reason}`,
        ...(problem?.hint === undefined ? {} : { fix: problem.hint }),
      },
    ];
  }
  return [
    {
      name: NAME,
      status: "ok",
      detail: `version ${report.version}${report.hybrid ? ", hybrid" : ""}: ${report.controllers.join(", ")}${ENTERED[report.enter]}`,
    },
    ...report.missing.map(({ controller, purpose, fix }): HostCheck => {
      return {
        name: `${controller} controller`,
        status: "limited",
        detail: `cannot limit ${purpose}`,
        fix:
          fix ??
          "boot a kernel that has it, and delegate it: /proc/cgroups lists what the kernel has",
      };
    }),
  ];
}
