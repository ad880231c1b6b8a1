import type { Plan } from "@dockher/ns";
import type { UserNamespace } from "./user-namespace.js";

/** In which files are handled for a caller: its own where it is root of the machine, else one like its containers'. */
export type FileNamespace = Extract<UserNamespace, { type: "host" | "rootless" }>;

/** The part of a plan that makes a user namespace; nothing for the host's. */
export function planUserNamespace(
  userNamespace: FileNamespace,
): Pick<Plan, "namespaces" | "uidMappings" | "gidMappings" | "setgroups"> {
  if (userNamespace.type === "host") return { namespaces: [] };
  const { uidMappings, gidMappings, single } = userNamespace;
  return {
    namespaces: [{ type: "user" }],
    uidMappings,
    gidMappings,
    setgroups: single === undefined ? "allow" : "deny",
  };
}
