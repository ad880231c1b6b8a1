import type { EnteredBy } from "./delegation/enter-delegated-cgroup.js";
import type { DiscoverOptions } from "./hierarchy.js";

export type { Cgroup, CgroupAttachment, CgroupLocation } from "./cgroup.js";
export { type CreateOptions, validateParent } from "./create.js";
export type { EnteredBy } from "./delegation/enter-delegated-cgroup.js";
export {
  type CgroupProblem,
  type CgroupReport,
  describeCgroups,
  type MissingController,
} from "./describe.js";
export { compileDeviceFilter } from "./devices/compile-device-filter.js";
export { CgroupError } from "./error.js";
export {
  type CgroupLayout,
  type Controller,
  type DiscoverOptions,
  discoverCgroups,
  type Hierarchy,
} from "./hierarchy.js";
export { CgroupManager, type OpenOptions, openCgroup } from "./manager.js";
export { validateResources } from "./resources/validate.js";
export type { Limits } from "./spawn/limits.js";
export {
  type SpawnedInCgroup,
  type SpawnInCgroupOptions,
  spawnInCgroup,
  type Verdict,
} from "./spawn/spawn-in-cgroup.js";
export type {
  CgroupStats,
  CgroupTotals,
  CpuStats,
  IoStats,
  MemoryStats,
  PidsStats,
  Pressure,
  PressureLine,
} from "./stats.js";
export type { WaitOptions } from "./wait.js";

/**
 * Brings this process where it may limit its children, for a program without root: call it once, before the first cgroup is
 * created. Where cgroups can be created already, nothing is done. Loaded when it is called: nobody else needs it.
 * @throws CgroupError `CGROUP_NOT_DELEGATED`, with the fix
 */
export async function enterDelegatedCgroup(options: DiscoverOptions = {}): Promise<EnteredBy> {
  const { enterDelegatedCgroup: enter } = await import("./delegation/enter-delegated-cgroup.js");
  return enter(options);
}
