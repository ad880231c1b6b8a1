import type { Attachment, AttachOptions } from "@dockher/ns";
import { readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer } from "./find-container.js";
import { refuseState } from "./refuse-state.js";
import { connectTo, explainGone } from "./signal-container.js";

export interface AttachContainerOptions extends ContainerTarget, AttachOptions {}

/** The streams of a container that runs. Disposing of it detaches: the container goes on. */
export interface ContainerAttachment extends AsyncDisposable {
  readonly streams: Attachment;
}

/** @throws RuntimeError `CONTAINER_NOT_RUNNING`, `CONTAINER_PAUSED` */
export async function attachContainer(
  options: AttachContainerOptions,
): Promise<ContainerAttachment> {
  const { streams: wanted, whenSlow } = options;
  const found = findContainer(options);
  const status = readStatus(found);
  if (status.state !== "running") throw refuseState(found.config.name, status, "attach to");
  const monitor = await connectTo(found, "attach to");
  try {
    const streams = await monitor.attach({ streams: wanted, whenSlow });
    return {
      streams,
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
