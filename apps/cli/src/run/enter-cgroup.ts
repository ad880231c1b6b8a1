import { type ContainerOptions, enterDelegatedCgroup } from "@dockher/runtime";

type Wishes = Pick<ContainerOptions, "cgroupParent" | "limits">;

/**
 * Without root, limits need a cgroup that was delegated to the user: where there is none, systemd moves this process into one.
 * @throws CgroupError with the fix, where a cgroup is asked for and cannot be had
 */
export async function enterCgroup(wishes: Wishes): Promise<void> {
  if (isRoot() || !needsCgroup(wishes)) return;
  await enterDelegatedCgroup();
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

export function needsCgroup({ limits = {}, cgroupParent }: Wishes): boolean {
  return Object.keys(limits).length > 0 || cgroupParent !== undefined;
}
