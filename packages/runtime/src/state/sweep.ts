import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { releaseOverlay } from "@dockher/rootfs";
import { removeContainerCgroup } from "../lifecycle/container-cgroup.js";
import { isOwned, releaseClaim, type StateDirectory } from "./claim.js";
import { type ContainerId, parseContainerId } from "./container-id.js";

/**
 * Removes what is left of containers whose process was killed before it could tidy up. Their own processes are
 * dead already (PR_SET_PDEATHSIG); a cgroup, an overlay's directory and a name can be left.
 */
export async function sweepContainers(state: StateDirectory): Promise<void> {
  for (const id of await listClaims(state)) {
    if (await isOwned(state, id)) continue;
    await removeContainerCgroup(id);
    await releaseOverlay(join(state.containers, id));
    await releaseClaim({ state, id });
  }
}

/** The ids of all containers on record. */
export async function listClaims(state: StateDirectory): Promise<ContainerId[]> {
  let entries: string[];
  try {
    entries = await readdir(state.containers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.endsWith(".owner"))
    .map((entry) => parseContainerId(entry.slice(0, -".owner".length)))
    .filter((id) => id !== undefined);
}
