import {
  type Cgroup,
  CgroupError,
  CgroupManager,
  type Controller,
  compileDeviceFilter,
  openCgroup,
} from "@dockher/cgroup";
import { attachDeviceFilter } from "@dockher/ns";
import type { LinuxDeviceCgroup, LinuxResources } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import { type ContainerRecord, readRecord, writeRecord } from "../state/claim.js";

export interface ContainerCgroupOptions {
  record: ContainerRecord;
  resources: LinuxResources;
  /** Joined without a limit as well; the cgroup package's own choice without it. */
  controllers: readonly Controller[] | undefined;
  /** What it is made in, as the cgroup package has it. */
  parent: string | undefined;
}

/**
 * Creates the container's cgroup with its limits; its place is on record before it is made.
 * @throws CgroupError for each limit that the machine cannot hold; RuntimeError `DEVICE_FILTER_UNAVAILABLE`
 */
export async function createContainerCgroup({
  record,
  resources,
  controllers,
  parent,
}: ContainerCgroupOptions): Promise<Cgroup> {
  const manager = openManager(parent);
  const { devices = [], ...limits } = resources;
  const cgroup = await manager.create({
    name: record.id,
    resources: manager.version === 1 ? { ...limits, devices } : limits,
    ...(controllers === undefined ? {} : { controllers }),
    announce: (location) => writeRecord(record, "cgroup", JSON.stringify(location)),
  });
  try {
    if (cgroup.attachment.version === 2) filterDevices(cgroup.attachment.directory, devices);
  } catch (error) {
    await cgroup.remove();
    throw error;
  }
  return cgroup;
}

/** What a caller without root meets where no part of the tree is his. */
const NOT_DELEGATED: ReadonlySet<string> = new Set([
  "CGROUP_UNAVAILABLE",
  "CGROUP_READ_ONLY",
  "CGROUP_PERMISSION_DENIED",
  "CGROUP_NOT_DELEGATED",
]);

/**
 * As {@link createContainerCgroup}, for a caller without root: undefined where there is no cgroup to be had and no limit to
 * hold. Nothing filters the devices, and need not: none can be made in a user namespace.
 * @throws CgroupError, naming the limit that cannot be held
 */
export async function createDelegatedCgroup({
  record,
  resources,
  controllers,
  parent,
}: ContainerCgroupOptions): Promise<Cgroup | undefined> {
  const { devices: _, ...limits } = resources;
  try {
    return await openManager(parent).create({
      name: record.id,
      resources: limits,
      ...(controllers === undefined ? {} : { controllers }),
      announce: (location) => writeRecord(record, "cgroup", JSON.stringify(location)),
    });
  } catch (error) {
    if (!(error instanceof CgroupError) || !NOT_DELEGATED.has(error.code)) throw error;
    if (parent !== undefined) throw error;
    const [limited] = Object.keys(limits);
    if (limited === undefined) return undefined;
    throw new RuntimeError(`failed to limit ${limited}: ${error.message}`, {
      code: error.code,
      hint: error.hint,
      cause: error,
    });
  }
}

function openManager(parent: string | undefined): CgroupManager {
  return CgroupManager.open(parent === undefined ? {} : { parent });
}

/** On v2 there is no file for device rules, but a program: see {@link compileDeviceFilter}. */
function filterDevices(directory: string, rules: readonly LinuxDeviceCgroup[]): void {
  try {
    attachDeviceFilter({ directory, program: compileDeviceFilter(rules) });
  } catch (error) {
    throw new RuntimeError(
      `failed to filter the container's devices: ${(error as Error).message}`,
      {
        code: "DEVICE_FILTER_UNAVAILABLE",
        hint: "use a kernel with CONFIG_CGROUP_BPF, and CAP_BPF or CAP_SYS_ADMIN",
        cause: error,
      },
    );
  }
}

/** The cgroup on record; undefined where the container has none. */
export function openContainerCgroup(record: ContainerRecord): Cgroup | undefined {
  const location = readRecord(record, "cgroup");
  return location === undefined ? undefined : openCgroup(JSON.parse(location));
}

/** Ends what runs in the cgroup on record and removes it. */
export async function removeContainerCgroup(record: ContainerRecord): Promise<void> {
  const cgroup = openContainerCgroup(record);
  if (cgroup === undefined) return;
  await cgroup.killAll();
  await cgroup.remove();
}
