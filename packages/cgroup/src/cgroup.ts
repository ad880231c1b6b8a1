import type { LinuxResources } from "@dockher/spec";
import type { Controller } from "./hierarchy.js";
import type { CgroupStats, CgroupTotals } from "./stats.js";
import type { WaitOptions } from "./wait.js";

/** Where a cgroup lies on disk: plain JSON, so that another process can open it again with `openCgroup`. */
export type CgroupLocation =
  | {
      version: 2;
      name: string;
      directory: string;
      /** The cgroup around ours that goes when it is empty. */
      group?: string;
      /** The cgroup that the caller chose; what was made of it goes with the last that is in it. */
      parent?: string;
      controllers: readonly Controller[];
    }
  | {
      version: 1;
      name: string;
      /** One directory for each joined controller; comounted ones share it. */
      directories: Readonly<Partial<Record<Controller, string>>>;
      /** As on v2, in each hierarchy. */
      parent?: string;
    };

/** How a launcher puts a child in: by CLONE_INTO_CGROUP on v2, by writing its pid to each file on v1. */
export type CgroupAttachment =
  | { version: 2; directory: string }
  | { version: 1; procsFiles: readonly string[] };

/** One control group with its limits, on v2 or across the hierarchies of v1. */
export interface Cgroup extends AsyncDisposable {
  readonly name: string;
  readonly version: 1 | 2;
  /** What is limited or counted here. */
  readonly controllers: readonly Controller[];
  readonly location: CgroupLocation;
  readonly attachment: CgroupAttachment;

  /**
   * Changes limits; what is not named stays. Where the kernel refuses one, those before it are taken back, but for block I/O
   * and device rules, which come last.
   * @throws CgroupError `INVALID_RESOURCES`, `CGROUP_CONTROLLER_MISSING`; `CGROUP_BUSY` on v1 where more memory is in use
   * than the new limit and cannot be reclaimed; `CGROUP_HALF_UPDATED` where the taking back failed as well.
   */
  update(resources: LinuxResources): Promise<void>;

  /** Moves a running process in, with all its threads. For a new one use `attachment`: it counts from the start. */
  join(pid: number): Promise<void>;

  /** The processes in here and in all cgroups below, as this PID namespace numbers them. */
  pids(): number[];

  /** Stops every process; resolves when all have stopped. v1 needs the `freezer` controller. */
  freeze(options?: WaitOptions): Promise<void>;

  /** Lets frozen processes go on. */
  thaw(options?: WaitOptions): Promise<void>;

  /** Whether {@link Cgroup.freeze} was asked for last: one small read. False where nothing can freeze, or once removed. */
  isFrozen(): boolean;

  stats(): Promise<CgroupStats>;

  /** What to ask at the end: a few small reads, where `stats()` has many. */
  readTotals(): CgroupTotals;

  /** How many processes an out-of-memory killer has ended in here: one small read. 0 without the memory controller. */
  readOomKills(): number;

  /**
   * Yields the count of {@link Cgroup.readOomKills} each time it has grown, by the kernel's own event; ends when
   * `remove()` of this object is done or `signal` aborts.
   * @throws CgroupError `CGROUP_UNSUPPORTED` on v1, which has no such event: read the counter at the end instead.
   */
  watchOomKills(options?: { signal?: AbortSignal }): AsyncIterable<number>;

  /**
   * Signals every process in here and below. With SIGKILL, the default, forks cannot escape, and it resolves when no
   * process is left. Any other signal goes once to those that are there.
   */
  killAll(signal?: NodeJS.Signals, options?: WaitOptions): Promise<void>;

  /**
   * Removes the cgroup with all below it; waits for processes that are still ending. Once removed, does nothing.
   * @throws CgroupError `CGROUP_TIMEOUT` where a process stays in it.
   */
  remove(options?: WaitOptions): Promise<void>;

  /** `killAll()`, then `remove()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
