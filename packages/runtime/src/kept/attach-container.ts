import type { Attachment, AttachOptions, MonitorConnection } from "@dockher/ns";
import type { ContainerTarget } from "./find-container.js";
import { connectTo } from "./signal-container.js";

export interface AttachContainerOptions extends ContainerTarget, AttachOptions {}

/** The streams of a container that runs. Disposing of it detaches: the container goes on. */
export interface ContainerAttachment extends AsyncDisposable {
  readonly streams: Attachment;
}

/** @throws RuntimeError `CONTAINER_NOT_RUNNING` */
export async function attachContainer(
  options: AttachContainerOptions,
): Promise<ContainerAttachment> {
  const { container: _container, directories: _directories, ...attach } = options;
  const monitor: MonitorConnection = await connectTo(options, "attach to");
  try {
    const streams = await monitor.attach(attach);
    return {
      streams,
      async [Symbol.asyncDispose]() {
        await streams[Symbol.asyncDispose]();
        await monitor[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await monitor[Symbol.asyncDispose]();
    throw error;
  }
}
