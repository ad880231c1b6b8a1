import { isHeld, listContainers, type StateDirectory } from "../state/claim.js";
import { readVolumeUse } from "./volume-use.js";

/** The ids of the containers, running or kept, that use each volume, by its name. */
export function findVolumeUsers(state: StateDirectory): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const record of listContainers(state)) {
    const { named, anonymous } = readVolumeUse(record);
    const names = [...named, ...anonymous];
    if (names.length === 0 || !isHeld(record)) continue;
    for (const name of names) users.set(name, [...(users.get(name) ?? []), record.id]);
  }
  return users;
}
