import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordContainerEvent } from "../events/journal.js";
import { type ContainerStatus, readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  rootOf,
} from "./find-container.js";
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
    const status = readStatus(found);
    if (status.state !== "exited") return;
    recordEnd(found, status);
    await releaseResources(found.record);
  }
  if (found.config.autoRemove) await removeContainer({ ...target, volumes: true });
}

/** The end that was told last: its monitor's exit command and who waited for it both come here. */
const TOLD = "told";

function recordEnd(
  { record, directory, config }: KeptContainer,
  status: ContainerStatus & { state: "exited" },
): void {
  const end = status.finishedAt.toISOString();
  const path = join(directory, TOLD);
  if (existsSync(path) && readFileSync(path, "utf8") === end) return;
  try {
    writeFileSync(path, end, { mode: 0o600 });
  } catch {
    // A full disk: then it may be told twice.
  }
  if (status.oomKilled) recordContainerEvent(rootOf(record), config, "oom");
  recordContainerEvent(rootOf(record), config, "die", { exitCode: String(status.exitCode) });
}
