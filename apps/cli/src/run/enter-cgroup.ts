import { enterDelegatedCgroup, type Limits } from "@dockher/runtime";

/**
 * Without root, limits need a cgroup that was delegated to the user: where there is none, systemd moves this process into one.
 * @throws CgroupError with the fix, where limits are asked for and cannot be held
 */
export async function enterCgroup(limits: Limits = {}): Promise<void> {
  if (isRoot() || !isLimited(limits)) return;
  await enterDelegatedCgroup();
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

export function isLimited(limits: Limits): boolean {
  return Object.keys(limits).length > 0;
}
