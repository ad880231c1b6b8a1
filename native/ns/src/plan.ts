import type { LinuxIDMapping, NamespaceType } from "@dockher/spec";

/**
 * Everything that a start needs, decided. The shim executes it and decides nothing.
 * Paths are the host's until `pivot-root`, and the container's from there on.
 */
export interface Plan {
  /** The command; without a slash, its first element is searched in the PATH of `env` inside the root. */
  args: readonly string[];
  /** `NAME=value`. Nothing of the caller's environment is added. */
  env: readonly string[];
  /** New ones together; those with a path are joined in this order. */
  namespaces: readonly PlanNamespace[];
  /** Whose namespaces are joined with `of: "container"`. A monitor has its own container for it. */
  container?: ContainerProcess | undefined;
  /** For a new user namespace; without them a parked process waits for its maps from elsewhere. */
  uidMappings?: readonly LinuxIDMapping[] | undefined;
  gidMappings?: readonly LinuxIDMapping[] | undefined;
  /** `deny` is what lets an unprivileged process write a gid map (user_namespaces(7)). */
  setgroups?: "allow" | "deny" | undefined;
  cgroups?: PlanCgroups | undefined;
  stdio: readonly [Stdio, Stdio, Stdio];
  /**
   * Whom the pipes of `stdio` are given to, so that the program may open /dev/stdout again. The process does it itself,
   * so the ids are those that it sees: of a user namespace that it was made in.
   */
  stdioOwner?: { uid: number; gid: number } | undefined;
  /** Of the program. 0o022 without it. The steps run with 0. */
  umask?: number | undefined;
  /** From -1000 to 1000; the caller's without it. Who has no CAP_SYS_RESOURCE on the host raises it only. */
  oomScoreAdj?: number | undefined;
  /** Run the command below a small PID 1 that forwards signals and reaps orphans. */
  init?: boolean | undefined;
  steps: readonly Step[];
}

export interface PlanNamespace {
  type: NamespaceType;
  /** A namespace file to join; a new namespace without it. */
  path?: string | undefined;
  /**
   * Join that of the plan's `container`. In plans that a monitor carries out, commands and health checks, that is its own container
   * as it is then: they enter whatever run of it is on.
   */
  of?: "container" | undefined;
}

/** A process that runs, and no later one with its pid. */
export interface ContainerProcess {
  /** In the pid namespace of this process. */
  pid: number;
  /** When it started: field 22 of `/proc/PID/stat` (proc(5)). */
  startTicks: number;
}

/** The control groups that the process is in before its first instruction. */
export type PlanCgroups =
  /** The cgroup's directory. */
  | { version: 2; path: string }
  /** One `cgroup.procs` for each hierarchy. */
  | { version: 1; procs: readonly string[] };

export type Stdio =
  | { kind: "null" }
  /** A descriptor of this process, which must stay open until the start has ended. */
  | { kind: "inherit"; fd: number }
  | { kind: "pipe" }
  /** The terminal that the `console` step makes. */
  | { kind: "console" };

/** What a target that does not exist becomes. Directories above it are made as well, with mode 0755. */
export type CreateTarget = "directory" | "file";

/** How a target inside a root file system is found. */
export interface TargetOptions {
  createTarget?: CreateTarget | undefined;
  /** `refuse` where a symlink would be an attack, as for /proc (CVE-2019-19921 and its kin). */
  symlinks?: "follow" | "refuse" | undefined;
}

/** A mount that is not attached yet, or the one on a path. */
export type MountToChange =
  | { slot: number; target?: undefined }
  | { slot?: undefined; target: string };

/** One thing to do between clone and exec. */
export type Step =
  /** mount(2); `flags` are {@link MountFlag}s. */
  | ({
      op: "mount";
      source?: string | undefined;
      target: string;
      fstype?: string | undefined;
      flags: number;
      data?: string | undefined;
    } & TargetOptions)
  /**
   * open_tree(2) with OPEN_TREE_CLONE: take a bind mount's source along into the new root. `subpath` is resolved as if
   * `source` were `/`, for a source whose content is not trusted.
   */
  | {
      op: "open-tree";
      slot: number;
      source: string;
      subpath?: string | undefined;
      /** The file of another mount namespace, in which `source` is looked for and may lead through no link; without `subpath`. */
      namespace?: string | undefined;
      recursive: boolean;
      /** The source must be this device; else the step fails with ENODEV. */
      device?: { type: "c" | "b"; major: number; minor: number } | undefined;
    }
  /**
   * fsopen(2) to fsmount(2): a file system to be attached later. proc and sysfs in a user namespace must be made so
   * before `pivot-root`, while the host's are in sight (mount_too_revealing in fs/namespace.c).
   */
  | {
      op: "create-mount";
      slot: number;
      fstype: string;
      source?: string | undefined;
      /** A value of `true` is an option without one. */
      options?: readonly (readonly [key: string, value: string | true])[] | undefined;
      /** {@link MountAttribute}s. */
      attributes: number;
    }
  /** mount_setattr(2); `propagation` is one of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE. */
  | ({
      op: "set-mount-attributes";
      set: number;
      clear: number;
      propagation?: number | undefined;
      recursive: boolean;
      /** Map the ids of its files to the user namespace that the plan enters: MOUNT_ATTR_IDMAP, Linux 5.12. */
      idmap?: boolean | undefined;
    } & MountToChange)
  /** move_mount(2): attach what is in the slot, which is empty afterwards. */
  | ({ op: "move-mount"; slot: number; target: string } & TargetOptions)
  /** Also makes what is missing above it; leaves a directory that is there as it is. */
  | { op: "mkdir"; path: string; mode: number }
  /** `mode` with its file type. */
  | { op: "mknod"; path: string; mode: number; major: number; minor: number }
  | { op: "symlink"; target: string; path: string }
  | { op: "chmod"; path: string; mode: number }
  | { op: "chown"; path: string; uid: number; gid: number }
  /** Make a mount point the root and detach the old one, all of it, at once. */
  | { op: "pivot-root"; newRoot: string }
  /** Hide a file behind /dev/null, a directory behind an empty read-only one. What is not there is skipped. */
  | { op: "mask"; path: string }
  /** Make what lies there read-only, with all below. What is not there is skipped. */
  | { op: "read-only"; path: string }
  | { op: "hostname"; name: string }
  | { op: "domainname"; name: string }
  /** `name` with dots or slashes, below /proc/sys. */
  | { op: "sysctl"; name: string; value: string }
  | { op: "loopback-up" }
  /**
   * A new terminal from the container's own /dev/pts: controlling terminal, standard streams of kind `console`, and
   * `device` (such as /dev/console), where one is named. `uid` owns it.
   */
  | { op: "console"; rows: number; columns: number; uid: number; device?: string | undefined }
  /** Infinity is RLIM_INFINITY. Without CAP_SYS_RESOURCE, no more than the caller's own hard limit. */
  | { op: "rlimit"; type: RlimitType; soft: number; hard: number }
  /** The capabilities that the bounding set keeps, bit n for capability n. */
  | { op: "bounding"; keep: bigint }
  | { op: "groups"; gids: readonly number[] }
  | { op: "gid"; gid: number }
  | { op: "uid"; uid: number; keepCapabilities: boolean }
  | {
      op: "capabilities";
      effective: bigint;
      permitted: bigint;
      inheritable: bigint;
      ambient: bigint;
    }
  | { op: "no-new-privileges" }
  /**
   * A classic BPF program, 8 bytes an instruction; `flags` are SECCOMP_FILTER_FLAG_*. As the last step, only execve
   * (execveat with `init`) must pass the filter.
   */
  | { op: "seccomp"; program: Uint8Array; flags?: number | undefined }
  | { op: "chdir"; path: string }
  /** setfsuid(2) and setfsgid(2): whose the files are that later steps make. All rights stay. */
  | { op: "file-owner"; uid: number; gid: number }
  /**
   * Enter the plan's user namespace, a new one or one that is joined, only here; with a new one what it owns (network, ipc, uts)
   * is there from the beginning. All before is done by the caller's own user, so that mounts can be mapped to the namespace and
   * nothing inside can change them.
   */
  | { op: "enter-user-namespace" };

/** asm-generic/resource.h. */
export type RlimitType =
  | "RLIMIT_CPU"
  | "RLIMIT_FSIZE"
  | "RLIMIT_DATA"
  | "RLIMIT_STACK"
  | "RLIMIT_CORE"
  | "RLIMIT_RSS"
  | "RLIMIT_NPROC"
  | "RLIMIT_NOFILE"
  | "RLIMIT_MEMLOCK"
  | "RLIMIT_AS"
  | "RLIMIT_LOCKS"
  | "RLIMIT_SIGPENDING"
  | "RLIMIT_MSGQUEUE"
  | "RLIMIT_NICE"
  | "RLIMIT_RTPRIO"
  | "RLIMIT_RTTIME";
