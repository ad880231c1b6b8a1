import { type ContainerRecord, writeRecord } from "../state/claim.js";
import { claimIdRange } from "../user-namespace/id-range.js";
import { mapCaller, mapRange, type UserNamespace } from "../user-namespace/user-namespace.js";
import type { UndoList } from "./undo-list.js";

/**
 * Finds the ids of a container. Those that are its own are given back at the very end: until then files and processes may
 * have them.
 * @throws RuntimeError `NO_FREE_IDS`
 */
export function openUserNamespace(type: UserNamespace["type"], undo: UndoList): UserNamespace {
  if (type === "host") return { type };
  if (type === "rootless") return mapCaller();
  const range = claimIdRange();
  undo.push(() => range.release());
  return mapRange(range);
}

/** Writes down which ids of the host are the container's own. */
export function recordIds(record: ContainerRecord, namespace: UserNamespace): void {
  if (namespace.type !== "mapped") return;
  const ranges = namespace.uidMappings.map(({ hostID, size }) => `${hostID}:${size}`);
  writeRecord(record, "ids", ranges.join(","));
}
