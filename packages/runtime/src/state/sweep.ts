import { removeTree } from "@dockher/rootfs";
import { removeContainerCgroup } from "../lifecycle/container-cgroup.js";
import {
  type ContainerRecord,
  isHeld,
  listContainers,
  locateContainer,
  readRecord,
  releaseClaim,
  type StateDirectory,
} from "./claim.js";

/**
 * Removes what is left of containers whose process was killed, or could not tidy up. Their own processes are
 * dead already (PR_SET_PDEATHSIG); a cgroup, an overlay's directory, volumes of its own and a name can be left.
 */
export async function sweepContainers(state: StateDirectory): Promise<void> {
  for (const record of listContainers(state)) {
    try {
      if (isHeld(record)) continue;
      await removeContainerCgroup(record);
      await removeTree(locateContainer(record));
      await removeVolumes(record);
      releaseClaim(record);
    } catch {
      // What cannot be removed now stays on record; it is no reason that nothing else can be started.
    }
  }
}

async function removeVolumes(record: ContainerRecord): Promise<void> {
  if (readRecord(record, "volumes") === undefined) return;
  const { removeVolumesOf } = await import("../volumes/prepare-volumes.js");
  await removeVolumesOf(record);
}
