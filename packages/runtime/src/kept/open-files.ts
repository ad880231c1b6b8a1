import { closeSync, constants, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { lock } from "@dockher/ns";
import { isAlive, type ProcessIdentity, resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { holdTree, refusePath, type Tree } from "../files/tree.js";
import { type ResolvedSource, resolveSource } from "../source/resolve-source.js";
import { NETWORK_FILES } from "../source/write-network-files.js";
import { readUserNamespace } from "../user-namespace/read-user-namespace.js";
import {
  chooseUserNamespace,
  type IdMappings,
  mapCaller,
  type UserNamespace,
} from "../user-namespace/user-namespace.js";
import { type OpenViewOptions, openView } from "../volumes/open-view.js";
import { isLive, observeContainer, readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { lockContainer } from "./lock-container.js";

export interface OpenFilesOptions extends ContainerTarget {
  /** Many may read while one writes. */
  access: "read" | "write";
  signal?: AbortSignal | undefined;
}

/** A container's files, as its processes see them; nobody there is trusted. */
export interface ContainerFiles extends Tree, AsyncDisposable {
  record: KeptContainer["record"];
  config: KeptContainer["config"];
  /** @throws RuntimeError `INVALID_PATH` for what only a container that runs has: volumes and other mounts */
  check(path: string): void;
  /** The same of what is to be written, of which the container has files of ours too. */
  checkTarget(path: string): void;
}

/**
 * Opens the files of a container: of one that runs, what it sees, its volumes too; else its root filesystem, merged by the
 * kernel in the mount namespace of a process that does nothing else, and which nobody starts meanwhile.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING` for files in memory
 */
export async function openFiles(options: OpenFilesOptions): Promise<ContainerFiles> {
  const found = findContainer(options);
  const { record, config } = found;
  const held = await lockContainer(found, { shared: true, signal: options.signal });
  try {
    const seen = openSeen(found);
    if (seen !== undefined) {
      held[Symbol.dispose]();
      return seen;
    }
    if (isLive(readStatus(found))) throw refuseRestarting(config.name);
    const holder = await holdRoot(found, options);
    return {
      ...holder,
      record,
      config,
      check: (path) => refuseMounted(config, path),
      checkTarget: (path) => {
        refuseMounted(config, path);
        refuseOurs(config, path);
      },
      [Symbol.asyncDispose]: async () => {
        await holder[Symbol.asyncDispose]();
        held[Symbol.dispose]();
      },
    };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

/** What a container that runs sees; undefined where it does not run. */
function openSeen(found: KeptContainer): ContainerFiles | undefined {
  const { first } = observeContainer(found);
  if (first === undefined || !isAlive(first)) return undefined;
  const tree = holdRootOf(first);
  if (tree === undefined) return undefined;
  const { record, config } = found;
  return {
    root: tree.root,
    record,
    ids: selectIds(readUserNamespace({ pid: first.pid, type: config.userNamespace })),
    config,
    check: () => {},
    // What is mounted there says so itself.
    checkTarget: () => {},
    [Symbol.asyncDispose]: async () => tree[Symbol.dispose](),
  };
}

function holdRootOf(first: ProcessIdentity): (Tree & Disposable) | undefined {
  let tree: Tree & Disposable;
  try {
    tree = holdTree(`/proc/${first.pid}/root`);
  } catch (error) {
    if (isAlive(first)) throw error;
    return undefined;
  }
  // It still lives: nobody else could have had its pid when its root was opened.
  if (isAlive(first)) return tree;
  tree[Symbol.dispose]();
  return undefined;
}

function selectIds(userNamespace: UserNamespace): IdMappings | undefined {
  return userNamespace.type === "host" ? undefined : userNamespace;
}

async function holdRoot(
  { config, directory }: KeptContainer,
  { access, directories = {}, signal }: OpenFilesOptions,
): Promise<Tree & AsyncDisposable> {
  const source = await resolveSource({
    ...config.options,
    directories: resolveDirectories(directories),
  });
  if (source.type === "image" && source.upper === "memory") {
    throw new RuntimeError(
      `failed to read the files of container ${config.name}: they were in memory, and it does not run`,
      { code: "CONTAINER_NOT_RUNNING", hint: `start it: dockher start ${config.name}` },
    );
  }
  // For root there are the ids on disk: what a container of root's sees, whether its ids are its own or not.
  const rootless = chooseUserNamespace(config.options) === "rootless";
  const userNamespace = rootless ? mapCaller() : ({ type: "host" } as const);
  const view = {
    source,
    directory,
    userNamespace,
    userAttributes: config.userNamespace === "rootless",
    signal,
  };
  const ids = selectIds(userNamespace);
  if (source.type === "image" && access === "write") {
    return { ...(await openWritable(view)), ids };
  }
  // What it has written is one layer more, so that whoever writes is not in the way.
  const layered = addLayer(source, join(directory, "upper"));
  return { ...(await openView({ ...view, source: layered, upper: { type: "memory" } })), ids };
}

function addLayer(source: ResolvedSource, layer: string): ResolvedSource {
  if (source.type === "rootfs" || !existsSync(layer)) return source;
  return { ...source, image: { ...source.image, layers: [...source.image.layers, layer] } };
}

/** One after the other: the kernel wants no directory on top of two overlays. */
async function openWritable(
  options: Omit<OpenViewOptions, "upper">,
): Promise<Tree & AsyncDisposable> {
  const fd = openSync(options.directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await lock(fd, { signal: options.signal });
    const view = await openView({ ...options, upper: { type: "disk", lifetime: "container" } });
    return {
      root: view.root,
      [Symbol.asyncDispose]: async () => {
        try {
          await view[Symbol.asyncDispose]();
        } finally {
          closeSync(fd);
        }
      },
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refuseMounted({ name, mounts }: KeptContainer["config"], path: string): void {
  const mount = mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
  if (mount === undefined) return;
  throw refusePath(path, `${mount.target} is mounted when container ${name} runs: start it first`);
}

function refuseOurs({ name }: KeptContainer["config"], path: string): void {
  if (!NETWORK_FILES.includes(path)) return;
  throw refusePath(path, `it is written anew and mounted whenever container ${name} starts`);
}

function refuseRestarting(name: string): RuntimeError {
  return new RuntimeError(
    `failed to read the files of container ${name}: it is ending or restarting`,
    {
      code: "CONTAINER_NOT_RUNNING",
      hint: `stop it first: dockher stop ${name}`,
    },
  );
}
