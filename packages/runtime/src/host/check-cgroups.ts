import { CgroupError, type CgroupLayout, CgroupManager, type Controller } from "@dockher/cgroup";
import type { HostCheck, HostReport } from "./host-report.js";

export function describeCgroups(): HostReport["cgroup"] {
  try {
    const { layout } = CgroupManager.open();
    return {
      version: layout.version,
      hybrid: layout.hybrid,
      controllers: listControllers(layout),
    };
  } catch {
    return undefined;
  }
}

/** What each limit needs; a container without limits runs without any. */
const LIMITS: readonly { name: string; controllers: readonly Controller[] }[] = [
  { name: "memory limits", controllers: ["memory"] },
  { name: "CPU limits", controllers: ["cpu"] },
  { name: "process limits", controllers: ["pids"] },
  { name: "CPU sets", controllers: ["cpuset"] },
];

/** Whether there are cgroups, and a check for each kind of limit. */
export function checkCgroups(): HostCheck[] {
  let layout: CgroupLayout;
  try {
    layout = CgroupManager.open().layout;
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    return [
      {
        name: "control groups",
        status: "limited",
        detail: "there are none: containers run without limits only",
        ...(error.hint === undefined ? {} : { fix: error.hint }),
      },
    ];
  }
  const controllers = listControllers(layout);
  return [
    { name: "control groups", status: "ok", detail: describeLayout(layout) },
    ...LIMITS.map(({ name, controllers: needed }): HostCheck => {
      const missing = needed.filter((controller) => !controllers.includes(controller));
      if (missing.length === 0) return { name, status: "ok", detail: needed.join(", ") };
      return {
        name,
        status: "limited",
        detail: `the controller ${missing.join(", ")} is missing`,
        fix: `enable it: /proc/cgroups lists what the kernel has (${missing.join(", ")})`,
      };
    }),
  ];
}

function describeLayout(layout: CgroupLayout): string {
  if (layout.version === 2) return "version 2";
  return layout.hybrid ? "version 1, hybrid" : "version 1";
}

function listControllers(layout: CgroupLayout): readonly Controller[] {
  return layout.version === 2
    ? layout.hierarchy.controllers
    : layout.hierarchies.flatMap((hierarchy) => hierarchy.controllers);
}
