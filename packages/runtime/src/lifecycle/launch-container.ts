import { type LaunchedProcess, launch, type Plan, park } from "@dockher/ns";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { writeIdMaps } from "../user-namespace/write-id-maps.js";

export interface LaunchOptions {
  plan: Plan;
  userNamespace: UserNamespace;
  signal: AbortSignal | undefined;
}

/**
 * Starts the container's first process. With subordinate ids it waits in its user namespace until they are mapped, by
 * programs that may do so; its own id a caller maps by itself.
 * @throws NsError; RuntimeError `ID_MAP_FAILED`
 */
export async function launchContainer(options: LaunchOptions): Promise<LaunchedProcess> {
  const { plan, userNamespace, signal } = options;
  if (userNamespace.type !== "rootless" || userNamespace.mapper === "caller") {
    return launch(plan, { signal });
  }
  const { uidMappings, gidMappings, ...unmapped } = plan;
  await using parked = await park(unmapped, { signal });
  await writeIdMaps(parked.pid, userNamespace);
  return await parked.release();
}
