import { availableParallelism, release, totalmem } from "node:os";
import { describeCgroups } from "@dockher/cgroup";
import { findMissingSystemCalls } from "@dockher/ns";
import { findIdMap } from "@dockher/rootfs";
import { checkCgroups } from "./check-cgroups.js";
import {
  checkKernel,
  checkNamespaces,
  checkOverlay,
  checkSeccomp,
  checkSystemCalls,
} from "./check-kernel.js";
import { checkPrivilege } from "./check-privilege.js";
import { checkNesting, checkProc, checkProcessLimit } from "./check-surroundings.js";
import { checkBootstrap, checkCompression } from "./check-tools.js";
import {
  checkIdmappedMounts,
  checkSubordinateIds,
  checkUserNamespaces,
} from "./check-user-namespaces.js";
import type { HostCheck, HostReport } from "./host-report.js";
import { type Machine, THIS_MACHINE } from "./machine.js";
import { type Probes, runProbes } from "./probes.js";

/** Finds out what this host can do for containers, by trying where that is cheap; changes nothing. */
export async function probeHost(): Promise<HostReport> {
  const cgroups = describeCgroups();
  const machine = THIS_MACHINE;
  const probes = await runProbes();
  // Without user namespaces, what is in them says nothing new.
  const possible = machine.uid === 0 || probes.userNamespace === undefined;
  return {
    kernel: release(),
    architecture: process.arch,
    cpus: availableParallelism(),
    memory: totalmem(),
    cgroups,
    checks: [
      checkPrivilege(machine),
      checkNesting(machine),
      checkKernel(release()),
      checkSystemCalls(findMissingSystemCalls()),
      checkNamespaces(machine),
      checkUserNamespaces(machine, probes.userNamespace),
      ...(possible ? checkInside(machine, probes) : []),
      checkSeccomp(machine),
      checkProcessLimit(machine),
      ...checkCgroups(cgroups, machine.uid),
      checkBootstrap(machine),
      checkCompression(machine),
    ],
  };
}

function checkInside(machine: Machine, probes: Probes): HostCheck[] {
  return [
    ...checkSubordinateIds(machine, { idMap: findIdMap(), refusal: probes.idMap }),
    ...checkIdmappedMounts(machine, probes.idmappedMount),
    checkProc(machine, probes.proc),
    checkOverlay(machine, probes.overlay),
  ];
}
