import type { Attachment, AttachOptions } from "@dockher/ns";
import { recordContainerEvent } from "../events/journal.js";
import { readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  rootOf,
} from "./find-container.js";
import { refuseState } from "./refuse-state.js";
import { connectTo, explainGone } from "./signal-container.js";

export interface AttachContainerOptions extends ContainerTarget, AttachOptions {}

/** The streams of a container that runs. Disposing of it leaves the container, which goes on. */
export interface ContainerAttachment extends AsyncDisposable {
  readonly streams: Attachment;
  /** Leaves it, and tells so, as whoever types the keys that detach does. */
  detach(): void;
}

/** @throws RuntimeError `CONTAINER_NOT_RUNNING`, `CONTAINER_PAUSED` */
export async function attachContainer(
  options: AttachContainerOptions,
): Promise<ContainerAttachment> {
  const found = findContainer(options);
  const attachment = await openAttachment(found, options);
  recordAttachment(found, "attach");
  return attachment;
}

/** As {@link attachContainer}, and tells nobody. */
export async function openAttachment(
  found: KeptContainer,
  { streams: wanted, whenSlow }: AttachOptions,
): Promise<ContainerAttachment> {
  const status = readStatus(found);
  if (status.state !== "running") throw refuseState(found.config.name, status, "attach to");
  const monitor = await connectTo(found, "attach to");
  try {
    const streams = await monitor.attach({ streams: wanted, whenSlow });
    return {
      streams,
      detach() {
        streams.detach();
        recordAttachment(found, "detach");
      },
      async [Symbol.asyncDispose]() {
        await streams[Symbol.asyncDispose]();
        await monitor[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await monitor[Symbol.asyncDispose]();
    throw explainGone(found, error, "attach to");
  }
}

export function recordAttachment(
  { record, config }: KeptContainer,
  action: "attach" | "detach",
): void {
  recordContainerEvent(rootOf(record), config, action);
}
