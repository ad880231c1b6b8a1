import { readFileSync } from "node:fs";
import type { LinuxIDMapping } from "@dockher/spec";
import { parseIdMap } from "./parse-id-map.js";
import type { UserNamespace } from "./user-namespace.js";

/** What proc(5) shows of a process's user namespace. */
export interface OuterNamespaceFiles {
  uidMap: string;
  gidMap: string;
  setgroups: string;
}

type RootlessNamespace = UserNamespace & { type: "rootless" };

let outer: { namespace: RootlessNamespace | undefined } | undefined;

/**
 * The user namespace that root's containers get where root is only that of a user namespace itself, as inside a container
 * without root: all the ids that there are. Undefined on the machine itself. Read once: a process with threads cannot enter another.
 */
export function readOuterNamespace(): RootlessNamespace | undefined {
  outer ??= {
    namespace: parseOuterNamespace({
      uidMap: readFileSync("/proc/self/uid_map", "utf8"),
      gidMap: readFileSync("/proc/self/gid_map", "utf8"),
      setgroups: readFileSync("/proc/self/setgroups", "utf8"),
    }),
  };
  return outer.namespace;
}

/** As {@link readOuterNamespace}, of the texts. */
export function parseOuterNamespace(files: OuterNamespaceFiles): RootlessNamespace | undefined {
  if (/^\s*0\s+0\s+4294967295\s*$/.test(files.uidMap)) return undefined;
  const groups = files.setgroups.trim() === "allow";
  return {
    type: "rootless",
    mapper: "caller",
    uidMappings: handOn(files.uidMap),
    gidMappings: handOn(files.gidMap),
    ...(groups
      ? {}
      : {
          single: {
            reason: "the user namespace around this process has a single id",
            fix: "give it subordinate ids: podman unshare, or unshare --map-auto",
          },
        }),
  };
}

/** The ids inside, as they are. */
function handOn(map: string): LinuxIDMapping[] {
  return parseIdMap(map).map(({ containerID, size }) => {
    return { containerID, hostID: containerID, size };
  });
}
