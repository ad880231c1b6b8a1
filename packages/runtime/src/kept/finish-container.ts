import { readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer } from "./find-container.js";
import { lockContainer } from "./lock-container.js";
import { releaseResources } from "./release-resources.js";
import { removeContainer } from "./remove-container.js";

/**
 * Tidies up after a container that has ended: what a monitor's exit command does. Does nothing where it runs again.
 * @throws RuntimeError `CONTAINER_NOT_FOUND` where somebody removed it first
 */
export async function finishContainer(target: ContainerTarget): Promise<void> {
  const found = findContainer(target);
  {
    using _ = await lockContainer(found);
    if (readStatus(found).state !== "exited") return;
    await releaseResources(found.record);
  }
  if (found.config.autoRemove) await removeContainer({ ...target, volumes: true });
}
