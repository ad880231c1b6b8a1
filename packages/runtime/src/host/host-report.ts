import type { CgroupReport } from "@dockher/cgroup";

/** One thing that containers need or profit from. */
export interface HostCheck {
  /** Such as `user namespaces`. */
  name: string;
  /** `limited`: containers run, but something is refused; `missing`: nothing runs without it. */
  status: "ok" | "limited" | "missing";
  /** What was found, one line. */
  detail: string;
  /** The exact command or setting that mends it. */
  fix?: string;
}

/** What this host can do for containers. */
export interface HostReport {
  /** As `uname -r`. */
  kernel: string;
  /** As Node's `process.arch`. */
  architecture: string;
  cpus: number;
  /** Bytes. */
  memory: number;
  cgroups: CgroupReport;
  checks: HostCheck[];
}

/** Whether a container can run at all. */
export function canRunContainers(report: HostReport): boolean {
  return report.checks.every((check) => check.status !== "missing");
}
