import { recordContainerEvent } from "../events/journal.js";
import { openContainerCgroup } from "../lifecycle/container-cgroup.js";
import { readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, rootOf } from "./find-container.js";
import { refuseState } from "./refuse-state.js";

/**
 * The processes of a container, as the caller's PID namespace numbers them; only its first where it has no cgroup.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`
 */
export function listProcesses(target: ContainerTarget): number[] {
  const found = findContainer(target);
  const status = readStatus(found);
  if (status.state !== "running" && status.state !== "paused") {
    throw refuseState(found.config.name, status, "list the processes of");
  }
  recordContainerEvent(rootOf(found.record), found.config, "top");
  return openContainerCgroup(found.record)?.pids() ?? [status.pid];
}
