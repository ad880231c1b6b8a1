export { NsError, type NsErrorOptions } from "./error.js";
export { nameSignal, type ProcessExit, type ProcessUsage } from "./exit.js";
export {
  attachDeviceFilter,
  type DeviceFilter,
  findMissingSystemCalls,
  type LockOptions,
  lock,
  O_PATH,
  type OpenInRootOptions,
  openInRoot,
  openPidfd,
  sendSignal,
  tryLock,
} from "./kernel.js";
export { type LaunchOptions, launch, park } from "./launch.js";
export type { LaunchedProcess, TerminalSize } from "./launched-process.js";
export type { Attachment, AttachOptions } from "./monitor/attachment.js";
export {
  type ConnectOptions,
  connectMonitor,
  type MonitorConnection,
  type MonitorExecOptions,
  type StopOptions,
  type WaitOptions,
} from "./monitor/connection.js";
export type { EnteredExit, EnteredProcess } from "./monitor/entered-process.js";
export type {
  ContainerCgroup,
  Healthcheck,
  JournalSettings,
  JournalSubject,
  LogSettings,
  MonitorOptions,
  RestartPolicy,
  StdinMode,
} from "./monitor/options.js";
export { type StartedMonitor, startMonitor } from "./monitor/start.js";
export {
  type ContainerExit,
  type ContainerHealth,
  type ContainerState,
  parseState,
} from "./monitor/state.js";
export { MountAttribute, MountFlag } from "./mount-flag.js";
export type { ParkedProcess } from "./parked-process.js";
export type {
  ContainerProcess,
  CreateTarget,
  Plan,
  PlanCgroups,
  PlanNamespace,
  RlimitType,
  Stdio,
  Step,
  TargetOptions,
} from "./plan.js";
export { type PreparedPlan, preparePlan } from "./prepared-plan.js";
