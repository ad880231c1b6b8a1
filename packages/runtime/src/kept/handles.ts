import type { Readable } from "node:stream";
import type { AttachOptions } from "@dockher/ns";
import type { RuntimeError } from "../error.js";
import type { LogEntry } from "../logs/log-entry.js";
import type { Directories } from "../options.js";
import { attachContainer, type ContainerAttachment } from "./attach-container.js";
import { type ContainerStats, type WatchStatsOptions, watchStats } from "./container-stats.js";
import type { EndedStatus } from "./container-status.js";
import {
  type CopyFromContainerOptions,
  type CopyIntoContainerOptions,
  copyFromContainer,
  copyIntoContainer,
} from "./copy-files.js";
import {
  type ExecAttachedOptions,
  type ExecAttachment,
  type ExecDetachedOptions,
  execAttached,
  execDetached,
} from "./exec-below-monitor.js";
import { type EnteredCommand, type ExecOptions, execInContainer } from "./exec-in-container.js";
import type { ContainerTarget } from "./find-container.js";
import { type ContainerDetails, inspectContainer } from "./inspect-container.js";
import { pauseContainer, unpauseContainer } from "./pause-container.js";
import { type ReadContainerLogOptions, readContainerLog } from "./read-container-log.js";
import { refuseState } from "./refuse-state.js";
import { type RemoveContainerOptions, removeContainer } from "./remove-container.js";
import { renameContainer } from "./rename-container.js";
import { restartContainer } from "./restart-container.js";
import {
  awaitEnd,
  killContainer,
  type StopContainerOptions,
  stopContainer,
  type WaitContainerOptions,
} from "./signal-container.js";
import { startAttached } from "./start-attached.js";
import { type StartOptions, startKeptContainer } from "./start-kept-container.js";
import { type UpdateContainerOptions, updateContainer } from "./update-container.js";

/** What a call has beside the container that its handle stands for. */
type Rest<Options> = Omit<Options, keyof ContainerTarget>;

/** What every handle needs. */
export interface HandleOptions {
  /** 64 hexadecimal digits. */
  id: string;
  name: string;
  directories?: Partial<Directories> | undefined;
}

/**
 * A kept container. Each state has a type of its own with what can be done in it; what leads to another state answers with a
 * handle of that one. A container that somebody else brought into another state meanwhile is refused by its code, such as
 * `CONTAINER_NOT_RUNNING`: {@link openContainer} says what it is now. `await using` removes it, whatever it does then; without
 * `using` it stays.
 */
abstract class Handle implements AsyncDisposable {
  readonly id: string;
  /** As it was when this handle was made. */
  readonly name: string;
  protected readonly target: ContainerTarget;

  constructor({ id, name, directories }: HandleOptions) {
    this.id = id;
    this.name = name;
    this.target = { container: id, ...(directories === undefined ? {} : { directories }) };
  }

  inspect(): ContainerDetails {
    return inspectContainer(this.target);
  }

  rename(name: string): Promise<void> {
    return renameContainer({ ...this.target, name });
  }

  update(changes: Rest<UpdateContainerOptions>): Promise<void> {
    return updateContainer({ ...this.target, ...changes });
  }

  logs(options: Rest<ReadContainerLogOptions> = {}): AsyncGenerator<LogEntry, void, undefined> {
    return readContainerLog({ ...options, ...this.target });
  }

  /** A file or a directory as a tar stream. */
  copyFrom(options: Rest<CopyFromContainerOptions>): Promise<Readable> {
    return copyFromContainer({ ...options, ...this.target });
  }

  copyInto(options: Rest<CopyIntoContainerOptions>): Promise<void> {
    return copyIntoContainer({ ...options, ...this.target });
  }

  /** Ends it where it runs, and removes it with its anonymous volumes. One that is gone is no failure. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await removeContainer({ ...this.target, force: true, volumes: true });
    } catch (error) {
      if ((error as RuntimeError).code !== "CONTAINER_NOT_FOUND") throw error;
    }
  }

  protected get described(): HandleOptions {
    return { id: this.id, name: this.name, directories: this.target.directories };
  }
}

/** One that does not run. */
abstract class Resting extends Handle {
  /** Starts it below a monitor of its own, which survives this process. */
  async start(options: Rest<StartOptions> = {}): Promise<RunningContainer> {
    await startKeptContainer({ ...options, ...this.target });
    return new RunningContainer(this.described);
  }

  /** Starts it and attaches, so that nothing it writes is missed. */
  startAttached(options: Rest<StartOptions> & AttachOptions = {}): Promise<ContainerAttachment> {
    return startAttached({ ...options, ...this.target });
  }

  remove(options: Omit<Rest<RemoveContainerOptions>, "force"> = {}): Promise<void> {
    return removeContainer({ ...options, ...this.target });
  }
}

/** One that has a monitor. */
abstract class Living extends Handle {
  /** Asks it to end, kills it after a while, and waits. */
  async stop(options: Rest<StopContainerOptions> = {}): Promise<StoppedContainer> {
    const end = await stopContainer({ ...options, ...this.target });
    return end === undefined ? this.wait() : new StoppedContainer({ ...this.described, end });
  }

  /** Stops it as {@link Living.stop} does, and starts it again. */
  async restart(options: Rest<StopContainerOptions> = {}): Promise<RunningContainer> {
    await restartContainer({ ...options, ...this.target });
    return new RunningContainer(this.described);
  }

  /** Resolves when it has ended for good. */
  async wait(options: Rest<WaitContainerOptions> = {}): Promise<StoppedContainer> {
    const end = await awaitEnd({ ...options, ...this.target });
    return new StoppedContainer({ ...this.described, end });
  }
}

/** Created, and not started yet. */
export class CreatedContainer extends Resting {
  readonly state = "created";
}

export class RunningContainer extends Living {
  readonly state = "running";

  /**
   * Of its first process, in the caller's PID namespace. Its next run has another, so it is read each time.
   * @throws RuntimeError `CONTAINER_NOT_RUNNING`, `CONTAINER_NOT_FOUND`
   */
  get pid(): number {
    const { status } = this.inspect();
    if ("pid" in status) return status.pid;
    throw refuseState(this.name, status, "find the process of");
  }

  /** Runs a command in it, which dies with this process. */
  exec(options: Rest<ExecOptions>): Promise<EnteredCommand> {
    return execInContainer({ ...options, ...this.target });
  }

  /** Runs a command in it, which can be left alone and goes on when this process ends. */
  execAttached(options: Rest<ExecAttachedOptions>): Promise<ExecAttachment> {
    return execAttached({ ...options, ...this.target });
  }

  /** Runs a command in it that nobody looks at; its pid, in the monitor's PID namespace. */
  execDetached(options: Rest<ExecDetachedOptions>): Promise<number> {
    return execDetached({ ...options, ...this.target });
  }

  /** Its streams from now on. */
  attach(options: AttachOptions = {}): Promise<ContainerAttachment> {
    return attachContainer({ ...options, ...this.target });
  }

  /** What it uses, sample after sample, until it has ended. */
  stats(options: Rest<WatchStatsOptions> = {}): AsyncGenerator<ContainerStats, void, undefined> {
    return watchStats({ ...options, ...this.target });
  }

  /** Sends a signal to its command, by default SIGKILL; see {@link RunningContainer.wait} for the end. */
  kill(signal?: NodeJS.Signals | number): Promise<void> {
    return killContainer({ ...this.target, ...(signal === undefined ? {} : { signal }) });
  }

  async pause(): Promise<PausedContainer> {
    await pauseContainer(this.target);
    return new PausedContainer(this.described);
  }
}

/** Every process of it is frozen. */
export class PausedContainer extends Living {
  readonly state = "paused";

  async unpause(): Promise<RunningContainer> {
    await unpauseContainer(this.target);
    return new RunningContainer(this.described);
  }
}

/** Its last run has ended, and its policy will start it again. */
export class RestartingContainer extends Living {
  readonly state = "restarting";
}

/** Ended for good, until it is started again. What it says is of the end that it was made at. */
export class StoppedContainer extends Resting {
  readonly state = "exited";
  /** 128 + n where signal n ended it; 255 where nobody saw the end. */
  readonly exitCode: number;
  /** By the kernel's own counter. */
  readonly oomKilled: boolean;
  readonly finishedAt: Date;

  constructor({ end, ...options }: HandleOptions & { end: EndedStatus }) {
    super(options);
    this.exitCode = end.exitCode;
    this.oomKilled = end.oomKilled;
    this.finishedAt = end.finishedAt;
  }
}

/** A kept container as it is now: `state` says which. */
export type KeptContainerHandle =
  | CreatedContainer
  | RunningContainer
  | PausedContainer
  | RestartingContainer
  | StoppedContainer;

/**
 * The handle of a kept container, by its name, its id or the beginning of its id.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_AMBIGUOUS`, `CONFIG_INVALID`, `STATE_INVALID`
 */
export function openContainer(target: ContainerTarget): KeptContainerHandle {
  const { config, status } = inspectContainer(target);
  const { directories } = target;
  const described = { id: config.id, name: config.name, directories };
  switch (status.state) {
    case "created":
      return new CreatedContainer(described);
    case "running":
      return new RunningContainer(described);
    case "paused":
      return new PausedContainer(described);
    case "restarting":
      return new RestartingContainer(described);
    case "exited":
      return new StoppedContainer({ ...described, end: status });
  }
}
