import { removeContainerCgroup } from "../lifecycle/container-cgroup.js";
import { type ContainerRecord, removeRecord } from "../state/claim.js";

/** Gives back what a container has only while it runs. */
export async function releaseResources(record: ContainerRecord): Promise<void> {
  await removeContainerCgroup(record);
  removeRecord(record, "cgroup");
}
