import { removeTree } from "@dockher/rootfs";
import { removeContainerCgroup } from "../lifecycle/container-cgroup.js";
import {
  isOwned,
  listContainers,
  locateContainer,
  releaseClaim,
  type StateDirectory,
} from "./claim.js";

/**
 * Removes what is left of containers whose process was killed, or could not tidy up. Their own processes are
 * dead already (PR_SET_PDEATHSIG); a cgroup, an overlay's directory and a name can be left.
 */
export async function sweepContainers(state: StateDirectory): Promise<void> {
  for (const record of listContainers(state)) {
    if (isOwned(record)) continue;
    try {
      await removeContainerCgroup(record);
      await removeTree(locateContainer(record));
      releaseClaim(record);
    } catch {
      // What cannot be removed now stays on record; it is no reason that nothing else can be started.
    }
  }
}
