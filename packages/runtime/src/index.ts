export { type EnteredBy, enterDelegatedCgroup } from "@dockher/cgroup";
export type { Container, TerminalHandle } from "./container-handle.js";
export { RuntimeError } from "./error.js";
export { canRunContainers, type HostCheck, type HostReport } from "./host/host-report.js";
export { probeHost } from "./host/probe-host.js";
export { startContainer } from "./lifecycle/start-container.js";
export { createLogFormatter, type LogFormatOptions } from "./logs/format-log-entry.js";
export type { LogDamage, LogEntry } from "./logs/log-entry.js";
export { type LogTime, parseLogTime } from "./logs/log-time.js";
export { type ReadLogOptions, readLog } from "./logs/read-log.js";
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
export {
  type CreateVolumeOptions,
  createVolume,
} from "./volumes/create-volume.js";
export type { LabelFilter } from "./volumes/label-filter.js";
export {
  type InspectVolumeOptions,
  inspectVolume,
  type ListVolumesOptions,
  listVolumes,
} from "./volumes/list-volumes.js";
export {
  type PrunedVolumes,
  type PruneVolumesOptions,
  pruneVolumes,
} from "./volumes/prune-volumes.js";
export { type RemoveVolumeOptions, removeVolume } from "./volumes/remove-volume.js";
export type { Volume } from "./volumes/volume.js";
