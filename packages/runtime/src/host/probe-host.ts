import { availableParallelism, release, totalmem } from "node:os";
import { describeCgroups } from "@dockher/cgroup";
import { checkCgroups } from "./check-cgroups.js";
import { checkKernel, checkNamespaces, checkOverlay, checkPrivilege } from "./check-kernel.js";
import { checkBootstrap, checkCompression } from "./check-tools.js";
import type { HostReport } from "./host-report.js";

/** Finds out what this host can do for containers; changes nothing. */
export async function probeHost(): Promise<HostReport> {
  const cgroups = describeCgroups();
  return {
    kernel: release(),
    architecture: process.arch,
    cpus: availableParallelism(),
    memory: totalmem(),
    cgroups,
    checks: [
      checkPrivilege(),
      checkKernel(),
      checkNamespaces(),
      checkOverlay(),
      ...checkCgroups(cgroups),
      checkBootstrap(),
      checkCompression(),
    ],
  };
}
