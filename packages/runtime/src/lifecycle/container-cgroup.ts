import { type Cgroup, CgroupManager, openCgroup } from "@dockher/cgroup";
import type { LinuxResources } from "@dockher/spec";
import { type ContainerRecord, readRecord, writeRecord } from "../state/claim.js";

export interface ContainerCgroup {
  cgroup: Cgroup;
  /** Whether the kernel decides by the container's list which devices may be opened. */
  filtersDevices: boolean;
}

/**
 * Creates the container's cgroup with its limits and puts it on record.
 * @throws CgroupError for each limit that the machine cannot hold
 */
export async function createContainerCgroup(
  record: ContainerRecord,
  resources: LinuxResources,
): Promise<ContainerCgroup> {
  const manager = CgroupManager.open();
  // On v2 the kernel wants a BPF program for devices, which is not built yet.
  const filtersDevices = manager.version === 1 && hasController(manager, "devices");
  const { devices, ...others } = resources;
  const cgroup = await manager.create({
    name: record.id,
    resources: { ...others, ...(filtersDevices && devices ? { devices } : {}) },
  });
  try {
    await writeRecord(record, "cgroup", JSON.stringify(cgroup.location));
  } catch (error) {
    await cgroup.remove();
    throw error;
  }
  return { cgroup, filtersDevices };
}

/** Ends what runs in the cgroup on record and removes it. */
export async function removeContainerCgroup(record: ContainerRecord): Promise<void> {
  const location = await readRecord(record, "cgroup");
  if (location === undefined) return;
  const cgroup = openCgroup(JSON.parse(location));
  await cgroup.killAll();
  await cgroup.remove();
}

function hasController(manager: CgroupManager, name: "devices"): boolean {
  const { layout } = manager;
  return (
    layout.version === 1 &&
    layout.hierarchies.some((hierarchy) => hierarchy.controllers.includes(name))
  );
}
