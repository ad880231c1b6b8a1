import { recordContainerEvent } from "../events/journal.js";
import { findContainer, rootOf } from "./find-container.js";
import { type StopContainerOptions, stopContainer } from "./signal-container.js";
import { startKeptContainer } from "./start-kept-container.js";

/**
 * Stops a container where it runs, as {@link stopContainer} does, and starts it.
 * @throws as {@link startKeptContainer}
 */
export async function restartContainer(options: StopContainerOptions): Promise<void> {
  const { signal: _signal, timeout: _timeout, ...target } = options;
  await stopContainer(options);
  await startKeptContainer(target);
  const { record, config } = findContainer(target);
  recordContainerEvent(rootOf(record), config, "restart");
}
