import { type ChildProcess, execFile, type SpawnOptions, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { describeCause, RootfsError } from "../error.js";
import { findIdMap, type IdMap, SYSTEM_PATH } from "./id-map.js";

export interface SpawnAsRootOptions extends SpawnOptions {
  stdio: ("ignore" | "pipe")[];
  env: NodeJS.ProcessEnv;
}

/**
 * Starts a command that may read, write and give away every file of an image: as it is where we are root, else as the
 * root of a new user namespace with the ids of {@link findIdMap}. A namespace that cannot be had is an `error` event with a
 * RootfsError `USER_NAMESPACE_UNAVAILABLE` or `ID_MAP_FAILED`.
 */
export function spawnAsRoot(
  command: string,
  args: readonly string[],
  options: SpawnAsRootOptions,
): ChildProcess {
  if (process.geteuid?.() === 0) return spawn(command, args, options);
  const idMap = findIdMap();
  // The gate is behind the caller's descriptors: the namespace opens it, and passes it once its ids are mapped.
  const gate = options.stdio.length;
  const pass =
    idMap.type === "full" ? `echo in >&${gate} && read -r go <&${gate}` : `echo in >&${gate}`;
  const namespace = idMap.type === "full" ? ["--user"] : ["--user", "--map-root-user"];
  const script = `${pass} && exec "$@" ${gate}>&-`;
  const child = spawn("unshare", [...namespace, "--", "sh", "-c", script, "sh", command, ...args], {
    ...options,
    stdio: [...options.stdio, "pipe"],
  });
  // Not started: Node tells of it by an event of its own.
  if (child.pid !== undefined) openGate(child, child.stdio[gate] as Duplex, idMap);
  return child;
}

function openGate(child: ChildProcess, gate: Duplex, idMap: IdMap): void {
  const fail = (error: unknown): void => {
    // Before the end that it causes, so that this is what is told.
    child.emit("error", error);
    child.kill("SIGKILL");
  };
  gate.on("error", () => {});
  gate.once("end", refuseNamespace);
  gate.once("data", () => {
    gate.off("end", refuseNamespace);
    passGate(child.pid ?? 0, gate, idMap).catch(fail);
  });

  function refuseNamespace(): void {
    fail(
      new RootfsError("failed to create a user namespace: the kernel refuses it", {
        code: "USER_NAMESPACE_UNAVAILABLE",
        hint: "dockher doctor says what to change",
      }),
    );
  }
}

async function passGate(pid: number, gate: Duplex, idMap: IdMap): Promise<void> {
  if (idMap.type === "full") {
    await writeIds("newuidmap", pid, idMap.uidMappings);
    await writeIds("newgidmap", pid, idMap.gidMappings);
    gate.write("go\n");
  }
  gate.end();
}

/** Only newuidmap(1) and newgidmap(1), which are setuid, may map more than one's own id. */
async function writeIds(
  program: "newuidmap" | "newgidmap",
  pid: number,
  mappings: IdMap["uidMappings"],
): Promise<void> {
  const lines = mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size]);
  try {
    const path = `${process.env["PATH"] ?? ""}:${SYSTEM_PATH}`;
    await promisify(execFile)(program, [pid, ...lines].map(String), { env: { PATH: path } });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n")[0];
    throw new RootfsError(`failed to map subordinate ids: ${said || describeCause(cause)}`, {
      code: "ID_MAP_FAILED",
      hint: "dockher doctor says what to change",
      cause,
    });
  }
}
