import type { Cgroup } from "@dockher/cgroup";
import { RuntimeError } from "../error.js";
import { recordContainerEvent } from "../events/journal.js";
import { openContainerCgroup } from "../lifecycle/container-cgroup.js";
import type { ContainerRecord } from "../state/claim.js";
import { isLive, readStatus } from "./container-status.js";
import {
  type ContainerTarget,
  findContainer,
  type KeptContainer,
  rootOf,
} from "./find-container.js";
import { lockContainer } from "./lock-container.js";
import { refuseState } from "./refuse-state.js";

/**
 * Stops every process of a container where it is, until {@link unpauseContainer}: the kernel's freezer. Resolves when all have
 * stopped.
 * @throws RuntimeError `CONTAINER_NOT_RUNNING`, `CONTAINER_PAUSED`, `PAUSE_UNAVAILABLE`; CgroupError
 */
export async function pauseContainer(target: ContainerTarget): Promise<void> {
  const found = findContainer(target);
  using _ = await lockContainer(found);
  const status = readStatus(found);
  if (status.state !== "running") throw refuseState(found.config.name, status, "pause");
  const cgroup = openFreezable(found);
  try {
    await cgroup.freeze();
  } catch (error) {
    const after = readStatus(found);
    // It was ended meanwhile.
    if (!isLive(after)) throw refuseState(found.config.name, after, "pause");
    await cgroup.thaw();
    throw error;
  }
  recordContainerEvent(rootOf(found.record), found.config, "pause");
}

/**
 * Lets the processes of a container go on.
 * @throws RuntimeError `CONTAINER_NOT_PAUSED`; CgroupError
 */
export async function unpauseContainer(target: ContainerTarget): Promise<void> {
  const found = findContainer(target);
  using _ = await lockContainer(found);
  const { name } = found.config;
  if (readStatus(found).state !== "paused") {
    throw new RuntimeError(`failed to unpause container ${name}: it is not paused`, {
      code: "CONTAINER_NOT_PAUSED",
    });
  }
  await openFreezable(found).thaw();
  recordContainerEvent(rootOf(found.record), found.config, "unpause");
}

/** Lets a container go on that has been sent a signal: frozen processes take none. */
export async function thawContainer(record: ContainerRecord): Promise<void> {
  const cgroup = openContainerCgroup(record);
  if (cgroup?.isFrozen()) await cgroup.thaw();
}

function openFreezable({ record, config }: KeptContainer): Cgroup {
  const cgroup = openContainerCgroup(record);
  if (cgroup !== undefined) return cgroup;
  throw new RuntimeError(`failed to pause container ${config.name}: it has no cgroup`, {
    code: "PAUSE_UNAVAILABLE",
    hint: "dockher doctor says what to change, so that it has one",
  });
}
