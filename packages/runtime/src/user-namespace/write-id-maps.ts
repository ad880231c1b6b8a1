import { delimiter } from "node:path";
import { promisify } from "node:util";
import type { LinuxIDMapping } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { IdMappings } from "./user-namespace.js";

/** Where the programs may be when the caller's PATH does not say so. */
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Maps the ids of a process that waits in a user namespace of its own. Only newuidmap(1) and newgidmap(1), which are
 * setuid, may map more than the caller's own id; they look up what /etc/subuid grants.
 * @throws RuntimeError `ID_MAP_FAILED`
 */
export async function writeIdMaps(pid: number, maps: IdMappings): Promise<void> {
  await Promise.all([
    runMapper("newuidmap", pid, maps.uidMappings),
    runMapper("newgidmap", pid, maps.gidMappings),
  ]);
}

async function runMapper(
  program: "newuidmap" | "newgidmap",
  pid: number,
  mappings: readonly LinuxIDMapping[],
): Promise<void> {
  const { execFile } = await import("node:child_process");
  const ids = mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size]);
  const path = [process.env["PATH"], SYSTEM_PATH].filter(Boolean).join(delimiter);
  try {
    await promisify(execFile)(program, [pid, ...ids].map(String), { env: { PATH: path } });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n")[0];
    throw new RuntimeError(`failed to map subordinate ids: ${said || (cause as Error).message}`, {
      code: "ID_MAP_FAILED",
      hint: "dockher doctor says what to change",
      cause,
    });
  }
}
