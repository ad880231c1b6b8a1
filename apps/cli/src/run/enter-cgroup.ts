import {
  type ContainerTarget,
  enterDelegatedCgroup,
  inspectContainer,
  type Limits,
} from "@dockher/runtime";

/**
 * Without root, limits need a cgroup that was delegated to the user: where there is none, systemd moves this process into one.
 * @throws CgroupError with the fix, where limits are asked for and cannot be held
 */
export async function enterCgroup(limits: Limits = {}): Promise<void> {
  if (isRoot() || !isLimited(limits)) return;
  await enterDelegatedCgroup();
}

/**
 * As {@link enterCgroup}, before a container that stays is started or entered. Without limits it is only tried: pause and stats need
 * a cgroup as well, and who enters may have to move a process from here to there.
 */
export async function enterCgroupFor(target: ContainerTarget): Promise<void> {
  if (isRoot()) return;
  const { limits = {} } = inspectContainer(target).config.options;
  await enterDelegatedCgroup().catch((error: unknown) => {
    if (isLimited(limits)) throw error;
  });
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

function isLimited(limits: Limits): boolean {
  return Object.keys(limits).length > 0;
}
