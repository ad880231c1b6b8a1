import { readFileSync } from "node:fs";
import { parseIdMap } from "./parse-id-map.js";
import { mapCaller, type UserNamespace } from "./user-namespace.js";

export interface ReadUserNamespaceOptions {
  /** A process in it. */
  pid: number;
  type: UserNamespace["type"];
}

/** The user namespace that a container has, as the kernel knows it: what the caller could map may have changed meanwhile. */
export function readUserNamespace({ pid, type }: ReadUserNamespaceOptions): UserNamespace {
  if (type === "host") return { type };
  const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, "utf8");
  const uidMappings = parseIdMap(read("uid_map"));
  const gidMappings = parseIdMap(read("gid_map"));
  if (type === "mapped") return { type, uidMappings, gidMappings };
  const single = {
    reason: "the container was started with a single id",
    fix: mapCaller().single?.fix ?? "start it again: there are more now",
  };
  return {
    type,
    mapper: "caller",
    uidMappings,
    gidMappings,
    path: `/proc/${pid}/ns/user`,
    ...(read("setgroups").trim() === "deny" ? { single } : {}),
  };
}
