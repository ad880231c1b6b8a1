export { type EnteredBy, enterDelegatedCgroup } from "@dockher/cgroup";
export type { Container, TerminalHandle } from "./container-handle.js";
export { RuntimeError } from "./error.js";
export { canRunContainers, type HostCheck, type HostReport } from "./host/host-report.js";
export { probeHost } from "./host/probe-host.js";
export { startContainer } from "./lifecycle/start-container.js";
export type {
  ContainerOptions,
  ContainerSource,
  Directories,
  ImageProgress,
  Limits,
  MountOption,
  ProcessOptions,
  RunOptions,
  SecurityOptions,
  StdioOption,
  TerminalOption,
  Ulimit,
} from "./options.js";
export {
  type ContainerResult,
  type ExitReason,
  type ExitStatus,
  type ResourceUsage,
  type RunResult,
  toShellExitCode,
} from "./result.js";
export { run } from "./run.js";
export { findImageUsers } from "./state/find-image-users.js";
