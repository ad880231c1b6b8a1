import { enterDelegatedCgroup, type Limits } from "@dockher/runtime";

/**
 * Without root, limits need a cgroup that was delegated to the user: where there is none, systemd moves this process into one.
 * @throws CgroupError with the fix, where limits are asked for and cannot be held
 */
export async function enterCgroup(limits: Limits = {}): Promise<void> {
  if (process.geteuid?.() === 0 || Object.keys(limits).length === 0) return;
  await enterDelegatedCgroup();
}
