import { delimiter } from "node:path";
import { text } from "node:stream/consumers";
import { launch } from "@dockher/ns";
import type { LinuxIDMapping } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { IdMappings } from "./user-namespace.js";

/** Where the programs may be when the caller's PATH does not say so. */
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Maps the ids of a process that waits in a user namespace of its own. Only newuidmap(1) and newgidmap(1), which are
 * setuid, may map more than the caller's own id; they look up what /etc/subuid grants.
 * @throws RuntimeError `ID_MAP_FAILED`; NsError where they cannot be started
 */
export async function writeIdMaps(pid: number, maps: IdMappings): Promise<void> {
  // Both to their end: none of them may be left when the other has failed.
  const ends = await Promise.allSettled([
    runMapper("newuidmap", pid, maps.uidMappings),
    runMapper("newgidmap", pid, maps.gidMappings),
  ]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

async function runMapper(
  program: "newuidmap" | "newgidmap",
  pid: number,
  mappings: readonly LinuxIDMapping[],
): Promise<void> {
  const ids = mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size]);
  const path = [process.env["PATH"], SYSTEM_PATH].filter(Boolean).join(delimiter);
  // Not by node:child_process, whose fork costs more than the start of a container.
  const mapper = await launch({
    args: [program, ...[pid, ...ids].map(String)],
    env: [`PATH=${path}`],
    namespaces: [],
    stdio: [{ kind: "null" }, { kind: "null" }, { kind: "pipe" }],
    steps: [],
  });
  const [said, exit] = await Promise.all([
    mapper.stderr === undefined ? "" : text(mapper.stderr),
    mapper.exited,
  ]);
  if (exit.kind === "exited" && exit.exitCode === 0) return;
  throw new RuntimeError(
    `failed to map subordinate ids: ${said.trim().split("\n")[0] || `${program} failed`}`,
    { code: "ID_MAP_FAILED", hint: "dockher doctor says what to change" },
  );
}
