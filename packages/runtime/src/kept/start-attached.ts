import type { AttachOptions } from "@dockher/ns";
import { type ContainerAttachment, openAttachment, recordAttachment } from "./attach-container.js";
import { findContainer } from "./find-container.js";
import { type StartOptions, startKeptContainer } from "./start-kept-container.js";

export interface StartAttachedOptions extends StartOptions, AttachOptions {}

/** How long a container's output waits for us: far more than it takes, and an end where we are killed meanwhile. */
const HOLD_MS = 10_000;

/**
 * Starts a container and attaches to it, so that nothing it writes is missed. One that runs is only attached to.
 * @throws as {@link startKeptContainer} and {@link attachContainer}
 */
export async function startAttached(options: StartAttachedOptions): Promise<ContainerAttachment> {
  const found = findContainer(options);
  // As in Docker, who is attached before it starts.
  recordAttachment(found, "attach");
  await startKeptContainer({ ...options, holdMilliseconds: HOLD_MS });
  return await openAttachment(found, options);
}
