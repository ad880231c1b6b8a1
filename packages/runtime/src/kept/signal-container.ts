import { connectMonitor, type MonitorConnection, NsError } from "@dockher/ns";
import { recordContainerEvent } from "../events/journal.js";
import { isKept } from "../state/claim.js";
import { describeEnd, type EndedStatus, readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  refuseRemoved,
  rootOf,
} from "./find-container.js";
import { thawContainer } from "./pause-container.js";
import { refuseState } from "./refuse-state.js";

export interface KillOptions extends ContainerTarget {
  /** Default SIGKILL. */
  signal?: NodeJS.Signals | number;
}

/**
 * Sends a signal to a container's command. One that was killed does not restart, one that is paused goes on.
 * @throws RuntimeError `CONTAINER_NOT_RUNNING`
 */
export async function killContainer(options: KillOptions): Promise<void> {
  const found = findContainer(options);
  const status = readStatus(found);
  if (status.state !== "running" && status.state !== "paused") {
    throw refuseState(found.config.name, status, "signal");
  }
  await using monitor = await connectTo(found, "signal");
  await monitor.kill(options.signal ?? "SIGKILL", { keepStopped: true }).catch((error: unknown) => {
    throw explainGone(found, error, "signal");
  });
  if (status.state === "paused") await thawContainer(found.record);
}

export interface StopContainerOptions extends ContainerTarget {
  /** Default what the container was created with. */
  signal?: NodeJS.Signals | number;
  /** Milliseconds until it is killed; Infinity for never. Default what it was created with. */
  timeout?: number;
}

/**
 * Asks a container's command to end, kills it after a while, and waits. One that does not run is left as it is.
 * @returns how it ended; undefined where it was not started yet, or somebody has started or removed it meanwhile
 */
export async function stopContainer(
  options: StopContainerOptions,
): Promise<EndedStatus | undefined> {
  const found = findContainer(options);
  const { config, directory, record } = found;
  const status = readStatus(found);
  if (status.state === "created") return undefined;
  if (status.state === "exited") return status;
  if (status.state === "paused") await thawContainer(record);
  let end: EndedStatus | undefined;
  try {
    await using monitor = await connectMonitor({ directory });
    const state = await monitor.stop({
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      timeoutMilliseconds: options.timeout ?? config.stopTimeout,
    });
    end = describeEnd(found, state);
  } catch (error) {
    if (!isGone(error)) throw error;
    const after = readStatus(found);
    if (after.state === "exited") end = after;
  }
  recordContainerEvent(rootOf(record), config, "stop");
  return end;
}

export interface WaitContainerOptions extends ContainerTarget {
  /** Ends the waiting, not the container. */
  signal?: AbortSignal;
}

/**
 * Waits until a container has ended for good. One that was not started yet is waited for in vain, so it is refused.
 * @returns its exit code
 * @throws RuntimeError `CONTAINER_NOT_RUNNING`, `CONTAINER_NOT_FOUND`; the signal's reason
 */
export async function waitContainer(options: WaitContainerOptions): Promise<number> {
  return (await awaitEnd(options)).exitCode;
}

/** As {@link waitContainer}, with all that is known of the end. */
export async function awaitEnd(options: WaitContainerOptions): Promise<EndedStatus> {
  const { signal } = options;
  const found = findContainer(options);
  const { directory, config } = found;
  const status = readStatus(found);
  if (status.state === "exited") return status;
  if (status.state === "created") throw refuseState(config.name, status, "wait for");
  try {
    await using monitor = await connectMonitor({ directory });
    return describeEnd(found, await monitor.wait({ signal })) ?? (await awaitEnd(options));
  } catch (error) {
    if (!isGone(error)) throw error;
    const after = readStatus(found);
    if (after.state === "exited") return after;
    throw isKept(found.record) ? error : refuseRemoved(found.record, error);
  }
}

/** @throws RuntimeError `CONTAINER_NOT_RUNNING` where it has ended meanwhile */
export async function connectTo(found: KeptContainer, verb: string): Promise<MonitorConnection> {
  try {
    return await connectMonitor({ directory: found.directory });
  } catch (error) {
    throw explainGone(found, error, verb);
  }
}

/** A container that has ended meanwhile is why its monitor is gone; any other error as it is. */
export function explainGone({ config }: KeptContainer, error: unknown, verb: string): unknown {
  return isGone(error) ? refuseState(config.name, { state: "exited" }, verb) : error;
}

function isGone(error: unknown): boolean {
  if (!(error instanceof NsError)) return false;
  // Its process has ended, and the monitor is about to say so.
  return (
    error.code === "MONITOR_GONE" || (error.code === "MONITOR_REFUSED" && error.errno === "ESRCH")
  );
}
