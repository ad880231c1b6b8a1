import { statSync } from "node:fs";
import { join } from "node:path";
import { type ContainerHealth, type ContainerState, parseState } from "@dockher/ns";
import { type ProcessIdentity, readPidNamespace } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { openContainerCgroup } from "../lifecycle/container-cgroup.js";
import type { KeptContainer } from "./find-container.js";
import { isMonitored } from "./find-monitor.js";
import { readWholeSync } from "./read-whole-sync.js";

/** What a kept container does now. */
export type ContainerStatus =
  | { state: "created" }
  | {
      /** Paused as the kernel has it: its cgroup is frozen. */
      state: "running" | "paused";
      /** Of its first process, in the caller's PID namespace. */
      pid: number;
      startedAt: Date;
      restartCount: number;
      lostLogEntries: number;
      /** Of the last checks, where it is checked. */
      health?: ContainerHealth;
    }
  | {
      state: "restarting";
      exitCode: number;
      oomKilled: boolean;
      startedAt?: Date;
      finishedAt: Date;
      restartCount: number;
      lostLogEntries: number;
    }
  | EndedStatus;

/** Of a container that has ended for good, until it is started again. */
export interface EndedStatus {
  state: "exited";
  /** 128 + n where signal n ended it; 255 where nobody saw the end. */
  exitCode: number;
  oomKilled: boolean;
  startedAt?: Date;
  finishedAt: Date;
  restartCount: number;
  /** What it wrote and its log lacks, for that could not be written, as on a full disk. */
  lostLogEntries: number;
  /** Why nobody knows how it ended. */
  error?: string;
}

/** What is read of a container to know what it does. */
export type ReadableContainer = Pick<KeptContainer, "record" | "directory">;

/** As Docker has it of a container whose end nobody saw. */
const UNKNOWN_EXIT = 255;

/** As it was in one moment. */
export interface ObservedContainer {
  status: ContainerStatus;
  /** Its first process, which no later one that gets its pid is taken for; undefined where it does not run. */
  first?: ProcessIdentity;
}

/**
 * The truth about a container, whatever its monitor could still write: what says that it runs counts only while that
 * very monitor does.
 * @throws RuntimeError `STATE_INVALID` for a state.json that is damaged, or of a later version
 */
export function observeContainer({ record, directory }: ReadableContainer): ObservedContainer {
  const path = locateStateFile(directory);
  let state = readState(path);
  if (state === undefined) return { status: { state: "created" } };
  if (state.status !== "exited" && !isMonitored({ state, directory })) {
    // Its last word may have come after what was read, and before its end was seen.
    state = readState(path) ?? state;
    if (state.status !== "exited" && !isMonitored({ state, directory }))
      return { status: describeLoss(state, path) };
  }
  const status = toStatus(state, path);
  if (state.status !== "running" || status.state !== "running") return { status };
  const { pid, startTicks, bootId } = state;
  const paused = openContainerCgroup(record)?.isFrozen();
  return {
    status: paused ? { ...status, state: "paused" } : status,
    first: { pid, startTime: String(startTicks), namespace: readPidNamespace(), bootId },
  };
}

/** What a container does: as {@link observeContainer} tells it. */
export function readStatus(container: ReadableContainer): ContainerStatus {
  return observeContainer(container).status;
}

/** What a monitor says of a container that has ended for good; undefined where it has not. */
export function describeEnd(
  { directory }: Pick<ReadableContainer, "directory">,
  state: ContainerState,
): EndedStatus | undefined {
  const status = toStatus(state, locateStateFile(directory));
  return status.state === "exited" ? status : undefined;
}

function locateStateFile(directory: string): string {
  return join(directory, "state.json");
}

/** Whether a container has processes, or will have them without anybody starting it. */
export function isLive({ state }: ContainerStatus): boolean {
  return state === "running" || state === "paused" || state === "restarting";
}

function readState(path: string): ContainerState | undefined {
  const text = readWholeSync({ path, refuse: (reason) => refuseState(path, reason) });
  if (text === undefined) return undefined;
  try {
    return parseState(text, path);
  } catch (error) {
    throw describeDamage(error as Error);
  }
}

function refuseState(path: string, reason: string): RuntimeError {
  return describeDamage(new Error(`failed to read ${path}: ${reason}`));
}

function describeDamage(cause: Error): RuntimeError {
  return new RuntimeError(cause.message, {
    code: "STATE_INVALID",
    hint: "remove the container: dockher rm -f",
    cause,
  });
}

function toStatus(state: ContainerState, path: string): ContainerStatus {
  const facts = { restartCount: state.restartCount, lostLogEntries: state.log.lostEntries };
  if (state.status === "running") {
    return {
      state: "running",
      pid: state.pid,
      startedAt: readDate(state.startedAt, path),
      ...facts,
      ...(state.health === undefined ? {} : { health: state.health }),
    };
  }
  const { exitCode, oomKilled } = state.exit;
  const finishedAt = readDate(state.finishedAt, path);
  const startedAt = readStart(state, path);
  return { state: state.status, exitCode, oomKilled, ...startedAt, finishedAt, ...facts };
}

function describeLoss(state: ContainerState, path: string): ContainerStatus {
  return {
    state: "exited",
    exitCode: UNKNOWN_EXIT,
    oomKilled: false,
    ...readStart(state, path),
    finishedAt: readDate(undefined, path),
    restartCount: state.restartCount,
    lostLogEntries: state.log.lostEntries,
    error: "its monitor was killed, and the container with it, or could not write down the end",
  };
}

/** The last word of who could say when. */
function readDate(text: string | undefined, path: string): Date {
  if (text === undefined) return statSync(path).mtime;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw refuseState(path, `${JSON.stringify(text)} is no date`);
  return date;
}

function readStart({ startedAt }: ContainerState, path: string): { startedAt?: Date } {
  return startedAt === undefined ? {} : { startedAt: readDate(startedAt, path) };
}
