export { NsError, type NsErrorOptions } from "./error.js";
export { nameSignal, type ProcessExit, type ProcessUsage } from "./exit.js";
export {
  findMissingSystemCalls,
  type LockOptions,
  lock,
  type OpenInRootOptions,
  openInRoot,
  openPidfd,
  sendSignal,
  tryLock,
} from "./kernel.js";
export {
  type LaunchedProcess,
  type LaunchOptions,
  launch,
  type ParkedProcess,
  park,
} from "./launch.js";
export { MountAttribute, MountFlag } from "./mount-flag.js";
export type {
  CreateTarget,
  Plan,
  PlanCgroups,
  PlanNamespace,
  RlimitType,
  Stdio,
  Step,
  TargetOptions,
} from "./plan.js";
