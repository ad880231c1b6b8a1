export type { Cgroup, CgroupAttachment, CgroupLocation } from "./cgroup.js";
export type { CreateOptions } from "./create.js";
export { CgroupError } from "./error.js";
export {
  type CgroupLayout,
  type Controller,
  type DiscoverOptions,
  discoverCgroups,
  type Hierarchy,
} from "./hierarchy.js";
export { CgroupManager, type OpenOptions, openCgroup } from "./manager.js";
export type {
  CgroupStats,
  CpuStats,
  IoStats,
  MemoryStats,
  PidsStats,
  Pressure,
  PressureLine,
} from "./stats.js";
export type { WaitOptions } from "./wait.js";
