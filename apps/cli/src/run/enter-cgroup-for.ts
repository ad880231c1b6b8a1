import { type ContainerTarget, enterDelegatedCgroup, inspectContainer } from "@dockher/runtime";
import { DockherError } from "@dockher/spec";
import { isRoot, needsCgroup } from "./enter-cgroup.js";

/**
 * As {@link enterCgroup}, before a container that stays is started or entered. Without limits it is only tried: pause and stats need
 * a cgroup as well, and who enters may have to move a process from here to there.
 */
export async function enterCgroupFor(target: ContainerTarget): Promise<void> {
  if (isRoot()) return;
  const { options } = inspectContainer(target).config;
  await enterDelegatedCgroup().catch((error: unknown) => {
    if (needsCgroup(options) || !(error instanceof DockherError)) throw error;
  });
}
