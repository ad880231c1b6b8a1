import type { LinuxIDMapping } from "@dockher/spec";

/** What the kernel shows for an id that a user namespace does not have: /proc/sys/kernel/overflowuid. */
const OVERFLOW_ID = 65_534;

/** The container's id of a host's id; nobody's where the namespace has none such. */
export function unmapId(mappings: readonly LinuxIDMapping[], id: number): number {
  const mapping = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return mapping === undefined ? OVERFLOW_ID : mapping.containerID + id - mapping.hostID;
}

/** The host's id of a container's id; undefined where the namespace has none such. */
export function mapId(mappings: readonly LinuxIDMapping[], id: number): number | undefined {
  const mapping = mappings.find(
    ({ containerID, size }) => id >= containerID && id < containerID + size,
  );
  return mapping && mapping.hostID + id - mapping.containerID;
}
