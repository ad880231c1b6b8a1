import type { Plan, PlanCgroups } from "../plan.js";

/** What a monitor does, decided: it executes this and decides nothing. */
export interface MonitorOptions {
  /** The container's plan. Each run of the container carries it out anew; descriptors cannot be inherited. */
  plan: Plan;
  /** Of the container, absolute: log, state and lock lie here. Opened once. */
  directory: string;
  /** Where the socket lies, if elsewhere. */
  socketDirectory?: string | undefined;
  log: LogSettings;
  /** What becomes of the container's stdin, where the plan has a pipe or a console for it. */
  stdin?: StdinMode | undefined;
  /** What asks the container to end, and how long until it is killed. SIGTERM and 10 s without it. */
  stop?: { signal: number | NodeJS.Signals; timeoutMilliseconds: number } | undefined;
  restart?: RestartPolicy | undefined;
  healthcheck?: Healthcheck | undefined;
  /** Of the container: what the monitor reads and writes there. */
  cgroup?: ContainerCgroup | undefined;
  /** Where the monitor itself goes; without it, it stays in its caller's, and dies where that is killed as a whole. */
  monitorCgroups?: PlanCgroups | undefined;
  /**
   * A descriptor of this process that the monitor holds as well, under the same number, until the container has ended for good: a
   * lock on what the container has, or a namespace that its plans join as `/proc/self/fd/NUMBER`.
   */
  heldDescriptor?: number | undefined;
  /** Run when the container has ended for good and its state says so; `args[0]` is an absolute path. */
  exitCommand?: { args: readonly string[]; env: readonly string[] } | undefined;
  /** Where what happens to the container is told. */
  journal?: JournalSettings | undefined;
  /**
   * How long what the container writes waits for the first client that attaches, so that it misses nothing: it is read neither
   * for the log nor for anybody before. Not at all without it.
   */
  holdMilliseconds?: number | undefined;
  /** Ends the start; once it has succeeded, use {@link MonitorConnection.stop}. */
  signal?: AbortSignal | undefined;
}

/** A log in Docker's format, to which many processes append events. One that cannot be written is no failure. */
export interface JournalSettings {
  /** Absolute; its directory is there. */
  path: string;
  /** Bytes; who makes it larger renames it to `PATH.1`. */
  maxSize: number;
  subject: JournalSubject;
}

/** Whom the events of a container are told of. */
export interface JournalSubject {
  id: string;
  /** Letters, digits and `_ . -`; {@link MonitorConnection.setName} changes it. */
  name: string;
  /** What each event says besides the name. */
  attributes: Readonly<Record<string, string>>;
}

export type LogSettings =
  | {
      driver: "json-file";
      /** In the directory; `container.log` without it. */
      name?: string | undefined;
      /** Bytes; a file that has as many is rotated before the next entry. Unlimited without it. */
      maxSize?: number | undefined;
      /** How many files there are, the newest included. 1 without it: it begins anew. */
      maxFile?: number | undefined;
    }
  | { driver: "none" };

/** `open`: for whoever attaches; `once`: closed as well when an attached client closes it or goes. */
export type StdinMode = "none" | "open" | "once";

export type RestartPolicy =
  | { name: "no" }
  | { name: "always" }
  | { name: "unless-stopped" }
  | { name: "on-failure"; maximumRetryCount?: number | undefined };

export interface Healthcheck {
  /** Enters the container (`of: "container"`); its stdout and stderr are pipes. */
  plan: Plan;
  intervalMilliseconds: number;
  timeoutMilliseconds: number;
  /** Failures within it do not count. */
  startPeriodMilliseconds: number;
  /** In place of the interval, within the start period until the first success. */
  startIntervalMilliseconds: number;
  /** How many failures in a row make it unhealthy. */
  retries: number;
}

/** Paths of files in control groups. */
export interface ContainerCgroup {
  /** `memory.events` (v2) or `memory.oom_control` (v1). */
  oomCounter?: string | undefined;
  /** What kills those that outlive the container's init, as they can without a pid namespace. */
  kill?:
    | { version: 2; procs: string; kill: string }
    | { version: 1; procs: string; freezer?: string | undefined }
    | undefined;
  /** `cgroup.freeze` (v2) or `freezer.state` (v1): one that is frozen is not asked for its health. */
  frozen?: string | undefined;
}
