import { connectMonitor, NsError } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import { recordContainerEvent } from "../events/journal.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import { renameClaim } from "../state/claim.js";
import { checkContainerName } from "../state/container-id.js";
import { writeConfig } from "./container-config.js";
import { isLive, readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  rootOf,
} from "./find-container.js";
import { lockContainer } from "./lock-container.js";

export interface RenameOptions extends ContainerTarget {
  /** The new name. */
  name: string;
}

/** @throws RuntimeError `INVALID_NAME`, `NAME_IN_USE`, `CHANGE_FAILED` */
export async function renameContainer(options: RenameOptions): Promise<void> {
  const { name } = options;
  checkContainerName(name);
  const found = findContainer(options);
  using _ = await lockContainer(found);
  // As it is now that nobody else changes it.
  const current = findContainer({ ...options, container: found.record.id });
  const { record, directory, config } = current;
  if (config.name === name) {
    throw new RuntimeError(`failed to rename container ${name}: that is its name`, {
      code: "NAME_IN_USE",
    });
  }
  try {
    renameClaim(record, name);
    writeConfig(directory, { ...config, name });
  } catch (error) {
    throw wrapSystemError(error, { action: "rename the container", code: "CHANGE_FAILED" });
  }
  await tellMonitor(current, name);
  recordContainerEvent(rootOf(record), { ...config, name }, "rename", {
    oldName: `/${config.name}`,
  });
}

/** It tells of the container by its name. One that is gone, or does not know how, is no reason to fail. */
async function tellMonitor(found: KeptContainer, name: string): Promise<void> {
  if (!isLive(readStatus(found))) return;
  try {
    await using monitor = await connectMonitor(found);
    await monitor.setName(name);
  } catch (error) {
    if (!(error instanceof NsError)) throw error;
  }
}
