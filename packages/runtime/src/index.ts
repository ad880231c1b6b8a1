export { type EnteredBy, enterDelegatedCgroup } from "@dockher/cgroup";
export type { ContainerHealth } from "@dockher/ns";
export type { Container, TerminalHandle } from "./container-handle.js";
export {
  type ContainerUsage,
  type DiskUsage,
  type ImageUsage,
  type MeasureDiskOptions,
  measureDisk,
  type VolumeUsage,
} from "./disk/measure-disk.js";
export { RuntimeError } from "./error.js";
export type { ContainerEvent } from "./events/container-event.js";
export { type WatchEventsOptions, watchEvents } from "./events/watch-events.js";
export type { FileChange } from "./files/compare-trees.js";
export { packTree } from "./files/pack-tree.js";
export { readEntry, type TreeEntry } from "./files/tree.js";
export { unpackTree } from "./files/unpack-tree.js";
export { canRunContainers, type HostCheck, type HostReport } from "./host/host-report.js";
export { probeHost } from "./host/probe-host.js";
export {
  type AttachContainerOptions,
  attachContainer,
  type ContainerAttachment,
} from "./kept/attach-container.js";
export type { ContainerConfig } from "./kept/container-config.js";
export {
  type ContainerStats,
  readStats,
  type WatchStatsOptions,
  watchStats,
} from "./kept/container-stats.js";
export { type ContainerStatus, type EndedStatus, isLive } from "./kept/container-status.js";
export {
  type CopyFromContainerOptions,
  type CopyIntoContainerOptions,
  copyFromContainer,
  copyIntoContainer,
  type StatContainerPathOptions,
  statContainerPath,
} from "./kept/copy-files.js";
export { createContainer } from "./kept/create-container.js";
export { diffContainer } from "./kept/diff-container.js";
export {
  type ExecAttachedOptions,
  type ExecAttachment,
  type ExecDetachedOptions,
  execAttached,
  execDetached,
} from "./kept/exec-below-monitor.js";
export {
  type EnteredCommand,
  type ExecOptions,
  execInContainer,
} from "./kept/exec-in-container.js";
export type { ContainerTarget } from "./kept/find-container.js";
export { finishContainer } from "./kept/finish-container.js";
export {
  CreatedContainer,
  type KeptContainerHandle,
  openContainer,
  PausedContainer,
  RestartingContainer,
  RunningContainer,
  StoppedContainer,
} from "./kept/handles.js";
export type { HealthcheckOptions } from "./kept/healthcheck.js";
export { type ContainerDetails, inspectContainer } from "./kept/inspect-container.js";
export {
  type ContainerSummary,
  type ListContainersOptions,
  listContainers,
} from "./kept/list-containers.js";
export { listProcesses } from "./kept/list-processes.js";
export { type ContainerSize, measureContainer } from "./kept/measure-container.js";
export type { CreateOptions, KeptOptions } from "./kept/options.js";
export { pauseContainer, unpauseContainer } from "./kept/pause-container.js";
export { type ReadContainerLogOptions, readContainerLog } from "./kept/read-container-log.js";
export { type RemoveContainerOptions, removeContainer } from "./kept/remove-container.js";
export { type RenameOptions, renameContainer } from "./kept/rename-container.js";
export { restartContainer } from "./kept/restart-container.js";
export {
  type KillOptions,
  killContainer,
  type StopContainerOptions,
  stopContainer,
  type WaitContainerOptions,
  waitContainer,
} from "./kept/signal-container.js";
export { type StartAttachedOptions, startAttached } from "./kept/start-attached.js";
export { type StartOptions, startKeptContainer } from "./kept/start-kept-container.js";
export { type UpdateContainerOptions, updateContainer } from "./kept/update-container.js";
export { startContainer } from "./lifecycle/start-container.js";
export { createLogFormatter, type LogFormatOptions } from "./logs/format-log-entry.js";
export type { LogDamage, LogEntry } from "./logs/log-entry.js";
export { type LogTime, parseLogTime } from "./logs/log-time.js";
export { type ReadLogOptions, readLog } from "./logs/read-log.js";
export type {
  ContainerNamespace,
  ContainerOptions,
  ContainerSource,
  DeviceOption,
  DeviceRate,
  DeviceRule,
  DeviceWeight,
  Directories,
  DnsOptions,
  ImageProgress,
  Limits,
  MountOption,
  NamespaceOptions,
  ProcessOptions,
  RunOptions,
  SecurityOptions,
  StdioOption,
  TerminalOption,
  Ulimit,
} from "./options.js";
export {
  type PrunedContainers,
  type PruneOptions,
  pruneContainers,
} from "./prune/prune-containers.js";
export { type PrunedImages, type PruneImagesOptions, pruneImages } from "./prune/prune-images.js";
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
export { measureVolume } from "./volumes/measure-volume.js";
export {
  type PrunedVolumes,
  type PruneVolumesOptions,
  pruneVolumes,
} from "./volumes/prune-volumes.js";
export { type RemoveVolumeOptions, removeVolume } from "./volumes/remove-volume.js";
export type { Volume } from "./volumes/volume.js";
