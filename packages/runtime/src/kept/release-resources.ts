import { removeContainerCgroup } from "../lifecycle/container-cgroup.js";
import { forgetIds } from "../lifecycle/open-user-namespace.js";
import { type ContainerRecord, removeRecord } from "../state/claim.js";

/** Gives back what a container has only while it runs. */
export async function releaseResources(record: ContainerRecord): Promise<void> {
  await removeContainerCgroup(record);
  removeRecord(record, "cgroup");
  forgetIds(record);
}
