import { type ContainerRecord, readRecord, removeRecord, writeRecord } from "../state/claim.js";
import { claimIdRange, forgetIdRange } from "../user-namespace/id-range.js";
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

/**
 * The user namespace that a container will have, to check what is asked for. Which ids are its own is decided at each start.
 * @throws RuntimeError `NO_FREE_IDS`
 */
export function previewUserNamespace(type: UserNamespace["type"]): UserNamespace {
  if (type === "host") return { type };
  if (type === "rootless") return mapCaller();
  const range = claimIdRange();
  range.release();
  return mapRange(range);
}

/** Writes down which ids of the host are the container's own. */
export function recordIds(record: ContainerRecord, namespace: UserNamespace): void {
  if (namespace.type !== "mapped") return;
  const ranges = namespace.uidMappings.map(({ hostID, size }) => `${hostID}:${size}`);
  writeRecord(record, "ids", ranges.join(","));
}

/** Takes it back, of a container whose ids are nobody's any more. */
export function forgetIds(record: ContainerRecord): void {
  for (const range of readRecord(record, "ids")?.split(",") ?? []) {
    forgetIdRange({ start: Number(range.split(":")[0]) });
  }
  removeRecord(record, "ids");
}
