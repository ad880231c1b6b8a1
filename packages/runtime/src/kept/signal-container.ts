import { type ContainerState, connectMonitor, type MonitorConnection, NsError } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import { type ContainerStatus, readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer } from "./find-container.js";

export interface KillOptions extends ContainerTarget {
  /** Default SIGKILL. */
  signal?: NodeJS.Signals | number;
}

/**
 * Sends a signal to a container's command. One that was killed does not restart.
 * @throws RuntimeError `CONTAINER_NOT_RUNNING`
 */
export async function killContainer(options: KillOptions): Promise<void> {
  await using monitor = await connectTo(options, "signal");
  await monitor.kill(options.signal ?? "SIGKILL", { keepStopped: true });
}

export interface StopContainerOptions extends ContainerTarget {
  /** Default what the container was created with. */
  signal?: NodeJS.Signals | number;
  /** Milliseconds until it is killed; Infinity for never. Default what it was created with. */
  timeout?: number;
}

/** Asks a container's command to end, kills it after a while, and waits. One that does not run is left as it is. */
export async function stopContainer(options: StopContainerOptions): Promise<void> {
  const { config, directory } = findContainer(options);
  const { state } = readStatus(directory);
  if (state !== "running" && state !== "restarting") return;
  try {
    await using monitor = await connectMonitor({ directory });
    await monitor.stop({
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      timeoutMilliseconds: options.timeout ?? config.stopTimeout,
    });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * Waits until a container has ended for good. One that was not started yet is waited for in vain, so it is refused.
 * @returns its exit code
 * @throws RuntimeError `CONTAINER_NOT_RUNNING`
 */
export async function waitContainer(target: ContainerTarget): Promise<number> {
  const { directory, config } = findContainer(target);
  const status = readStatus(directory);
  if (status.state === "exited") return status.exitCode;
  if (status.state === "created") throw refuse(config.name, "wait for");
  try {
    await using monitor = await connectMonitor({ directory });
    return readExitCode(await monitor.wait());
  } catch (error) {
    if (!isGone(error)) throw error;
    const after: ContainerStatus = readStatus(directory);
    if (after.state === "exited") return after.exitCode;
    throw error;
  }
}

function readExitCode(state: ContainerState): number {
  return state.status === "running" ? 0 : state.exit.exitCode;
}

/** @throws RuntimeError `CONTAINER_NOT_RUNNING` */
export async function connectTo(target: ContainerTarget, verb: string): Promise<MonitorConnection> {
  const { directory, config } = findContainer(target);
  if (readStatus(directory).state !== "running") throw refuse(config.name, verb);
  try {
    return await connectMonitor({ directory });
  } catch (error) {
    throw isGone(error) ? refuse(config.name, verb) : error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof NsError && error.code === "MONITOR_GONE";
}

function refuse(name: string, verb: string): RuntimeError {
  return new RuntimeError(`failed to ${verb} container ${name}: it is not running`, {
    code: "CONTAINER_NOT_RUNNING",
    hint: `start it: dockher start ${name}`,
  });
}
