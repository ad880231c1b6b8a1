import type { LinuxSeccomp } from "./seccomp.js";

/**
 * The part of the OCI runtime specification 1.2 that Dockher carries out.
 * Names and meanings are the specification's own: config.md and config-linux.md.
 */
export interface Spec {
  ociVersion: string;
  process: Process;
  root: Root;
  hostname?: string;
  domainname?: string;
  mounts?: Mount[];
  linux?: Linux;
  annotations?: Record<string, string>;
}

export interface Root {
  /** Absolute, or relative to the bundle. */
  path: string;
  readonly?: boolean;
}

export interface Process {
  terminal?: boolean;
  consoleSize?: ConsoleSize;
  user: User;
  /** At least one element; the first is searched in the container's PATH. */
  args: string[];
  /** `NAME=value`. */
  env?: string[];
  /** Absolute path inside the container. */
  cwd: string;
  capabilities?: LinuxCapabilities;
  rlimits?: POSIXRlimit[];
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
}

/** Characters. */
export interface ConsoleSize {
  height: number;
  width: number;
}

export interface User {
  uid: number;
  gid: number;
  umask?: number;
  additionalGids?: number[];
}

/** Each list holds names such as `CAP_CHOWN`. */
export interface LinuxCapabilities {
  bounding?: string[];
  effective?: string[];
  permitted?: string[];
  inheritable?: string[];
  ambient?: string[];
}

export interface POSIXRlimit {
  /** Such as `RLIMIT_NOFILE`. */
  type: string;
  soft: number;
  hard: number;
}

export interface Mount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
  /** With the option `idmap` or `ridmap`; those of the container without them. */
  uidMappings?: LinuxIDMapping[];
  gidMappings?: LinuxIDMapping[];
  /** Dockher's own: what to mount of `source`, whose content is not trusted. Links in it end inside `source`. */
  subpath?: string;
  /** Dockher's own: the file of the mount namespace in which `source` is looked for. Without it, the caller's. */
  namespace?: string;
}

export type NamespaceType = "pid" | "network" | "mount" | "ipc" | "uts" | "user" | "cgroup";

export interface LinuxNamespace {
  type: NamespaceType;
  /** A namespace file to join; a new namespace without it. */
  path?: string;
}

export interface LinuxIDMapping {
  containerID: number;
  hostID: number;
  size: number;
}

export interface LinuxDevice {
  type: "c" | "b" | "u" | "p";
  path: string;
  major?: number;
  minor?: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
}

export interface Linux {
  namespaces?: LinuxNamespace[];
  uidMappings?: LinuxIDMapping[];
  gidMappings?: LinuxIDMapping[];
  devices?: LinuxDevice[];
  cgroupsPath?: string;
  resources?: LinuxResources;
  seccomp?: LinuxSeccomp;
  rootfsPropagation?: "shared" | "slave" | "private" | "unbindable";
  sysctl?: Record<string, string>;
  maskedPaths?: string[];
  readonlyPaths?: string[];
}

/** `linux.resources`: limits as the kernel's control groups hold them. Sizes in bytes, times in microseconds. */
export interface LinuxResources {
  devices?: LinuxDeviceCgroup[];
  memory?: LinuxMemory;
  cpu?: LinuxCPU;
  pids?: LinuxPids;
  blockIO?: LinuxBlockIO;
  /** Raw cgroup v2 files, such as `{"memory.high": "1048576"}`. */
  unified?: Record<string, string>;
}

export interface LinuxDeviceCgroup {
  allow: boolean;
  type?: "a" | "c" | "b";
  major?: number;
  minor?: number;
  /** Any of `r`, `w` and `m`. */
  access?: string;
}

export interface LinuxMemory {
  /** Bytes; -1 for no limit. */
  limit?: number;
  reservation?: number;
  /** Memory and swap together, bytes; -1 for no limit. */
  swap?: number;
  /** How readily memory is swapped out, 0 to 100; cgroup v1. */
  swappiness?: number;
  /** Lets processes wait where memory runs out, instead of killing one; cgroup v1. */
  disableOOMKiller?: boolean;
}

export interface LinuxCPU {
  /** cgroup v1 scale, 2 to 262144. */
  shares?: number;
  /** Microseconds of CPU time in each period; -1 for no limit. */
  quota?: number;
  period?: number;
  /** A list such as `0-2,7`. */
  cpus?: string;
  mems?: string;
  idle?: number;
}

export interface LinuxPids {
  /** 0 or less for no limit. */
  limit: number;
}

export interface LinuxBlockIO {
  /** cgroup v1 scale, 10 to 1000. */
  weight?: number;
  weightDevice?: LinuxWeightDevice[];
  throttleReadBpsDevice?: LinuxThrottleDevice[];
  throttleWriteBpsDevice?: LinuxThrottleDevice[];
  throttleReadIOPSDevice?: LinuxThrottleDevice[];
  throttleWriteIOPSDevice?: LinuxThrottleDevice[];
}

export interface LinuxWeightDevice {
  major: number;
  minor: number;
  /** cgroup v1 scale, 10 to 1000. */
  weight: number;
}

export interface LinuxThrottleDevice {
  major: number;
  minor: number;
  rate: number;
}
