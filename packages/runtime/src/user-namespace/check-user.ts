import type { User } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import { mapId } from "./map-id.js";
import type { UserNamespace } from "./user-namespace.js";

/**
 * Refuses a user that the container's namespace has no ids for.
 * @throws RuntimeError `USER_NOT_MAPPED`
 */
export function checkUser(user: User, namespace: UserNamespace): void {
  if (namespace.type === "host") return;
  const single = namespace.type === "rootless" ? namespace.single : undefined;
  const check = (kind: "user" | "group", id: number): void => {
    const mappings = kind === "user" ? namespace.uidMappings : namespace.gidMappings;
    if (mapId(mappings, id) !== undefined) return;
    const reason = single?.reason ?? "the user namespace has no such id";
    throw new RuntimeError(`failed to run as ${kind} ${id}: ${reason}`, {
      code: "USER_NOT_MAPPED",
      hint: single?.fix ?? `choose a ${kind} below 65536`,
    });
  };
  check("user", user.uid);
  check("group", user.gid);
  // With a single id, the kernel lets nobody change the supplementary groups (user_namespaces(7)), so none are set.
  if (single === undefined) for (const gid of user.additionalGids ?? []) check("group", gid);
}
