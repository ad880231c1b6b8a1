import { resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { refusePath, type Tree } from "../files/tree.js";
import { resolveSource } from "../source/resolve-source.js";
import { openView, type View } from "../volumes/open-view.js";
import { isLive, readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { lockContainer } from "./lock-container.js";

export interface OpenFilesOptions extends ContainerTarget {
  signal?: AbortSignal | undefined;
}

/** A container's files, as its processes see them; nobody there is trusted. */
export interface ContainerFiles extends Tree, AsyncDisposable {
  config: KeptContainer["config"];
  /** @throws RuntimeError `INVALID_PATH` for what only a container that runs has: volumes and other mounts */
  check(path: string): void;
}

/**
 * Opens the files of a container: of one that runs, what it sees, its volumes too; else its root filesystem, merged by the
 * kernel in the mount namespace of a process that does nothing else, and which nobody starts meanwhile.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING` for files in memory
 */
export async function openFiles(options: OpenFilesOptions): Promise<ContainerFiles> {
  const found = findContainer(options);
  const { config } = found;
  const lock = await lockContainer(found, options);
  try {
    const status = readStatus(found);
    if (status.state === "running" || status.state === "paused") {
      lock[Symbol.dispose]();
      const root = `/proc/${status.pid}/root`;
      return { root, config, check: () => {}, [Symbol.asyncDispose]: async () => undefined };
    }
    if (isLive(status)) throw refuseRestarting(config.name);
    const holder = await holdRoot(found, options);
    return {
      root: holder.root,
      config,
      check: (path) => checkOwn(config, path),
      [Symbol.asyncDispose]: async () => {
        await holder[Symbol.asyncDispose]();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

async function holdRoot(
  { config, directory }: KeptContainer,
  { directories = {}, signal }: OpenFilesOptions,
): Promise<View> {
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
  return openView({ source, directory, upper: { type: "disk", lifetime: "container" }, signal });
}

function checkOwn({ name, mounts }: KeptContainer["config"], path: string): void {
  const mount = mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
  if (mount === undefined) return;
  throw refusePath(path, `${mount.target} is mounted when container ${name} runs: start it first`);
}

function refuseRestarting(name: string): RuntimeError {
  return new RuntimeError(`failed to read the files of container ${name}: it is restarting`, {
    code: "CONTAINER_NOT_RUNNING",
    hint: `stop it first: dockher stop ${name}`,
  });
}
