import type { SeccompProfile } from "@dockher/seccomp";

/** Where Dockher keeps things; each absolute. */
export interface Directories {
  /** Images, containers. Default `/var/lib/dockher`. */
  root: string;
  /** Downloaded packages, compressed root filesystems. Default `/var/cache/dockher`. */
  cache: string;
}

/** An image by reference, made when it is missing, or a directory that becomes `/` as it is. */
export type ContainerSource =
  | { image: string; pull?: "missing" | "never"; upper?: "disk" | "memory"; rootfs?: never }
  | { rootfs: string; image?: never };

export type MountOption =
  | { type: "bind"; source: string; target: string; readonly?: boolean; recursive?: boolean }
  | {
      type: "volume";
      /** The volume's name, made when it is missing. Without one it is the container's own, and removed with it. */
      source?: string;
      target: string;
      readonly?: boolean;
      /** Whether an empty volume that nobody else uses gets what the image has at the target. Default true. */
      copy?: boolean;
      /** Mounts only this of the volume, which must be there; links in it end inside the volume. */
      subpath?: string;
    }
  | {
      type: "tmpfs";
      target: string;
      /** Bytes. Default half of the machine's memory, as tmpfs(5). */
      size?: number;
      /** Permission bits. Default 0o1777, as Docker's. */
      mode?: number;
      /** Further options of mount(8), such as `noexec`. */
      options?: string[];
    };

/** Hard limits of the whole container, held by the kernel's control groups. What cannot be enforced is refused. */
export interface Limits {
  /** Bytes of memory. Swap is limited with it unless `memorySwap` says otherwise. */
  memory?: number;
  /** Bytes of memory and swap together; -1 for unlimited swap. */
  memorySwap?: number;
  /** Bytes that the kernel tries to leave to the container under pressure. */
  memoryReservation?: number;
  /** Microseconds of CPU time in each `cpuPeriod`; -1 for no limit. */
  cpuQuota?: number;
  /** Microseconds. Default 100,000. */
  cpuPeriod?: number;
  /** Relative weight in cgroup v1's scale, 2 to 262144. */
  cpuShares?: number;
  /** Processors that may be used, such as `0-2,7`. */
  cpusetCpus?: string;
  /** Memory nodes that may be used, such as `0`. */
  cpusetMems?: string;
  /** Processes and threads; -1 for no limit. */
  pids?: number;
  /** How readily memory is swapped out, 0 to 100. Only on cgroup v1. */
  memorySwappiness?: number;
  /** Whether processes wait where memory runs out, instead of one being killed. Only on cgroup v1. Default false. */
  oomKillDisable?: boolean;
  /** Relative weight of block I/O, 10 to 1000. */
  blkioWeight?: number;
  /** The same for single disks, by their nodes. */
  blkioWeightDevice?: DeviceWeight[];
  /** Bytes a second. */
  deviceReadBps?: DeviceRate[];
  deviceWriteBps?: DeviceRate[];
  /** Operations a second. */
  deviceReadIops?: DeviceRate[];
  deviceWriteIops?: DeviceRate[];
}

/** Of a disk. */
export interface DeviceWeight {
  /** Absolute, on the host. */
  path: string;
  /** 10 to 1000. */
  weight: number;
}

/** Of a disk. */
export interface DeviceRate {
  /** Absolute, on the host. */
  path: string;
  /** At least 1, in the unit of the limit. */
  rate: number;
}

export interface Ulimit {
  soft: number;
  hard: number;
}

/**
 * Where one of the container's standard streams goes.
 * `"pipe"` gives the handle a stream, `"inherit"` hands over the caller's own descriptor, `{ fd }` any other one.
 */
export type StdioOption = "null" | "pipe" | "inherit" | { fd: number };

/** A pseudo-terminal instead of three streams: the handle gets its master side. */
export interface TerminalOption {
  rows: number;
  columns: number;
}

export interface ProcessOptions {
  /** What to run. Default the image's command. */
  command?: string[];
  /** Replaces the image's entrypoint; `[]` clears it. */
  entrypoint?: string[];
  /** Added to the image's environment. */
  env?: Record<string, string>;
  /** `user`, `user:group`, names or numbers, resolved inside the image. Default the image's, else root. */
  user?: string;
  /** Further groups, names or numbers of the image's. */
  groupAdd?: string[];
  /** Absolute, created when it is missing. Default the image's, else `/`. */
  cwd?: string;
  /**
   * Runs a small init as PID 1, which forwards signals and reaps orphans. Default true: as PID 1 itself, the command would ignore the
   * signals that it has no handler for, and could take back that it dies with its caller (prctl(2), PR_SET_PDEATHSIG).
   */
  init?: boolean;
  stdin?: StdioOption;
  stdout?: StdioOption;
  stderr?: StdioOption;
  terminal?: TerminalOption;
}

export interface SecurityOptions {
  /** Capability names with or without `CAP_`, or `ALL`; added to Docker's fourteen. */
  capAdd?: string[];
  capDrop?: string[];
  /** Every capability and device of the host, nothing masked, no seccomp filter but one that is asked for. */
  privileged?: boolean;
  /** Default true: a setuid program gains nothing. */
  noNewPrivileges?: boolean;
  /**
   * `auto` gives the container ids of its own: its root is nobody outside. `host` shares the host's. Default `host` where the
   * caller is root; without root, `auto` is all there is, with the caller as the container's root.
   */
  userns?: "auto" | "host";
  /**
   * Which system calls are refused. `"default"` is Docker's profile, a little stricter; `"unconfined"` is none. Capabilities that are
   * added open the calls that they are needed for.
   */
  seccomp?: "default" | "unconfined" | SeccompProfile;
}

/** A namespace of a kept container that runs, by its name, its id or the beginning of its id. */
export interface ContainerNamespace {
  container: string;
}

/** Which namespaces of a container's are not its own. */
export interface NamespaceOptions {
  /**
   * `none` has a loopback of its own only; `host` shares the host's; that of another container comes with its host name and its
   * files of `/etc`. Default `none`.
   */
  network?: "none" | "host" | ContainerNamespace;
  /** Whose processes it sees and may signal. Default `private`. What it leaves running ends with its cgroup, which it needs then. */
  pid?: "private" | "host" | ContainerNamespace;
  /**
   * System V IPC, POSIX message queues and `/dev/shm`. Only a `shareable` one can be another container's; `none` is private, without
   * `/dev/shm`. Default `private`.
   */
  ipc?: "private" | "shareable" | "none" | "host" | ContainerNamespace;
  /** `host` shares the host's name. Default `private`. */
  uts?: "private" | "host";
  /** `host` shows the cgroups of the whole machine. Default `private`. */
  cgroupns?: "private" | "host";
}

/** A device node of the host that the container gets. */
export interface DeviceOption {
  /** Absolute, on the host. */
  path: string;
  /** Absolute, inside. Default the same. */
  target?: string;
  /** Which of read, write and mknod the cgroup allows. Default `rwm`. */
  access?: string;
}

/** Devices that the container may use, by their numbers. */
export interface DeviceRule {
  /** Character or block devices; `a` is every device, with any number and every access. */
  type: "a" | "b" | "c";
  /** Default any. */
  major?: number;
  minor?: number;
  /** Any of read, write and mknod: `rwm`. */
  access: string;
}

/** What the container's `/etc/resolv.conf` says instead of the host's. */
export interface DnsOptions {
  /** Addresses. */
  servers?: string[];
  search?: string[];
  /** As in resolv.conf(5): `ndots:2`. */
  options?: string[];
}

export interface ContainerOptions extends ProcessOptions, SecurityOptions, NamespaceOptions {
  /** The image or the root filesystem. */
  source: ContainerSource;
  /** Unique among the containers that run. */
  name?: string;
  hostname?: string;
  /** Further names in `/etc/hosts`, and their addresses. */
  extraHosts?: Record<string, string>;
  dns?: DnsOptions;
  mounts?: MountOption[];
  /** Bytes of `/dev/shm`. Default 64 MiB, as Docker's. */
  shmSize?: number;
  devices?: DeviceOption[];
  /** What the cgroup allows beside the devices that the container has. Without root nothing filters them, and this is refused. */
  deviceRules?: DeviceRule[];
  /** Of the container's own namespaces: `net.…`, `kernel.msg…`, `kernel.sem`, `kernel.shm…`, `fs.mqueue.…`, `kernel.domainname`. */
  sysctl?: Record<string, string>;
  /** From -1000 to 1000; without root no less than the caller's. Default 0. */
  oomScoreAdj?: number;
  /** Mounts `/` read-only. */
  readonly?: boolean;
  limits?: Limits;
  /**
   * The cgroup that the container's own is made in, whose limits hold too: `/jobs/batch` from the root of the hierarchy, `batch` from
   * where it would be without. It is made where it is missing, and goes then with the last container in it.
   */
  cgroupParent?: string;
  /** Of the OCI configuration: what is said to whoever reads it. */
  annotations?: Record<string, string>;
  /** `disabled` starts faster, counts only the first process, and refuses limits. Default `enabled`. */
  cgroups?: "enabled" | "disabled";
  /** By name without `RLIMIT_`, in lower case: `nofile`, `nproc`. */
  ulimits?: Record<string, Ulimit>;
  /** Wall time from the start, milliseconds; the container is killed after it. */
  timeout?: number;
  /** Aborting kills the container; before the start, it undoes what was made. */
  signal?: AbortSignal;
  /**
   * Aborting undoes what was made until the command is started, and does nothing from then on: for who has a gentler way to
   * end a command that runs.
   */
  startSignal?: AbortSignal;
  directories?: Partial<Directories>;
  /** Called while a missing image is made. */
  onImageProgress?: (progress: ImageProgress) => void;
}

/** A step of the making of an image. */
export interface ImageProgress {
  phase: string;
  /** 0 to 100. */
  percent: number;
  /** Milliseconds still to go, where there is an estimate. */
  etaMs?: number | undefined;
  message?: string | undefined;
}

export interface RunOptions
  extends Omit<ContainerOptions, "stdout" | "stderr" | "stdin" | "terminal"> {
  /** Given to the command on its standard input. Default nothing. */
  input?: string | Uint8Array;
  /** Bytes of stdout and stderr together; the container is killed past it. Default 16 MiB. */
  outputLimit?: number;
}
