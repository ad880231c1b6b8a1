import { closeSync, constants, openSync, readlinkSync } from "node:fs";
import type { RestartPolicy } from "@dockher/ns";
import { isAlive } from "@dockher/rootfs";
import type { NamespaceType } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import { observeContainer } from "../kept/container-status.js";
import { findContainer, type KeptContainer } from "../kept/find-container.js";
import { refuseState } from "../kept/refuse-state.js";
import type { ContainerOptions, NamespaceOptions } from "../options.js";
import { type JoinedNamespaces, listJoined, typeOf } from "../spec/select-namespaces.js";
import { chooseUserNamespace } from "../user-namespace/user-namespace.js";
import { findNetworkOwner, type NetworkOwner } from "./find-network-owner.js";

/** What a container has of others. */
export interface Joined {
  paths: JoinedNamespaces;
  network?: NetworkOwner;
  /** Of the container whose `/dev/shm` it is. */
  mountNamespace?: string;
}

/**
 * The files are descriptors of this process, which whoever starts the container opens: until it is disposed of they lead to what
 * was found, whatever runs under that pid by then.
 */
export type JoinedContainers = Joined & Disposable;

/** The files of /proc/PID/ns, as far as they are joined. */
const FILES: Partial<Record<NamespaceType, string>> = { network: "net", pid: "pid", ipc: "ipc" };

/**
 * Opens the namespaces of other containers that the options name; undefined where they name none.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`, `IPC_NOT_SHAREABLE`, `UNSUPPORTED`
 */
export function joinContainers(options: ContainerOptions): JoinedContainers | undefined {
  const named = listJoined(options);
  if (named.length === 0) return undefined;
  const opened: number[] = [];
  const joined: JoinedContainers = {
    paths: {},
    [Symbol.dispose]: () => opened.splice(0).forEach(closeSync),
  };
  const open = (directory: number, file: string): string => {
    const fd = openSync(`/proc/self/fd/${directory}/ns/${file}`, constants.O_RDONLY);
    opened.push(fd);
    return `/proc/${process.pid}/fd/${fd}`;
  };
  try {
    for (const [name, container] of named) {
      const { directories } = options;
      const found = find(container, directories);
      checkJoinable(found, name, options);
      const directory = openProcess(found);
      opened.push(directory);
      try {
        const type = typeOf(name);
        joined.paths[type] = open(directory, FILES[type] ?? type);
        if (name === "ipc") joined.mountNamespace = open(directory, "mnt");
      } catch {
        throw refuseEnded(found);
      }
      if (name === "network") joined.network = findNetworkOwner(found, directories);
    }
    return joined;
  } catch (error) {
    joined[Symbol.dispose]();
    throw error;
  }
}

/** The options with whole ids for the containers that they name, which another may have the name of later. */
export function pinJoined<Options extends NamespaceOptions & Pick<ContainerOptions, "directories">>(
  options: Options,
): Options {
  const { directories } = options;
  const pinned = listJoined(options).map(([name, container]) => {
    const { config } = find(container, directories);
    return [name, { container: config.id }];
  });
  return { ...options, ...Object.fromEntries(pinned) };
}

/**
 * A monitor restarts its container by itself, and could only join whatever runs under the other's old pid by then.
 * @throws RuntimeError `UNSUPPORTED`
 */
export function checkRestart(
  options: NamespaceOptions,
  restart: RestartPolicy = { name: "no" },
): void {
  if (restart.name === "no" || listJoined(options).length === 0) return;
  throw new RuntimeError(
    `failed to apply the restart policy ${restart.name}: a container that joins another's namespaces cannot restart by itself yet`,
    {
      code: "UNSUPPORTED",
      hint: "leave it out, and start the container again when the other runs",
    },
  );
}

function checkJoinable(
  { config }: KeptContainer,
  name: keyof NamespaceOptions,
  options: ContainerOptions,
): void {
  const what = `failed to join the ${name === "ipc" ? "IPC" : name} namespace of ${config.name}`;
  if ([options, config.options].some((one) => chooseUserNamespace(one) !== "host")) {
    throw new RuntimeError(`${what}: between user namespaces that is not supported yet`, {
      code: "UNSUPPORTED",
      hint: "run both as root with --userns host",
    });
  }
  if (name === "ipc" && config.options.ipc !== "shareable") {
    throw new RuntimeError(`${what}: it is not shareable`, {
      code: "IPC_NOT_SHAREABLE",
      hint: `create that one with --ipc shareable`,
    });
  }
}

/**
 * The directory in /proc of a container's first process, which stays that process's: nothing can be read in it any more once
 * the process is gone.
 */
function openProcess(found: KeptContainer): number {
  const { status, first } = observeContainer(found);
  if (first === undefined) throw refuseState(found.config.name, status, "join");
  let directory: number;
  try {
    directory = openSync(`/proc/${first.pid}`, constants.O_DIRECTORY);
  } catch {
    throw refuseEnded(found);
  }
  // It still lives: nobody else could have had its pid when the directory was opened.
  if (isAlive(first) && hasNamespaces(directory)) return directory;
  closeSync(directory);
  throw refuseEnded(found);
}

/** The first process of a PID namespace that is to die gives its namespaces up, then awaits the end of all others in it. */
function hasNamespaces(directory: number): boolean {
  try {
    readlinkSync(`/proc/self/fd/${directory}/ns/mnt`);
    return true;
  } catch {
    return false;
  }
}

function refuseEnded({ config }: KeptContainer): RuntimeError {
  return refuseState(config.name, { state: "exited" }, "join");
}

function find(container: string, directories: ContainerOptions["directories"]): KeptContainer {
  return findContainer({ container, ...(directories === undefined ? {} : { directories }) });
}
