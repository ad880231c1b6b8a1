import type { LinuxIDMapping } from "@dockher/spec";

/** The host's id of a container's id; undefined where the namespace has none such. */
export function mapId(mappings: readonly LinuxIDMapping[], id: number): number | undefined {
  const mapping = mappings.find(
    ({ containerID, size }) => id >= containerID && id < containerID + size,
  );
  return mapping && mapping.hostID + id - mapping.containerID;
}
