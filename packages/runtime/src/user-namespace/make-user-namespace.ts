import { openSync } from "node:fs";
import { park } from "@dockher/ns";
import type { UserNamespace } from "./user-namespace.js";
import { writeIdMaps } from "./write-id-maps.js";

/**
 * Makes a user namespace of the caller's that nobody is in, with its ids mapped.
 * @returns a descriptor, which keeps it: whoever has it may join it as `/proc/self/fd/NUMBER`
 * @throws NsError; RuntimeError `ID_MAP_FAILED`
 */
export async function makeUserNamespace(
  namespace: UserNamespace & { type: "rootless" },
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<number> {
  const { mapper, single, uidMappings, gidMappings } = namespace;
  await using parked = await park(
    {
      // Never run: the process only has to be there while the ids are mapped.
      args: ["true"],
      env: [],
      namespaces: [{ type: "user" }],
      ...(mapper === "caller" ? { uidMappings, gidMappings } : {}),
      setgroups: single === undefined ? "allow" : "deny",
      stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
      steps: [],
    },
    { signal },
  );
  if (mapper === "newuidmap") await writeIdMaps(parked.pid, namespace);
  return openSync(`/proc/${parked.pid}/ns/user`, "r");
}
