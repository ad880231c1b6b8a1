import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { formatIdentity, identifySelf, isAlive, parseIdentity } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import type { ContainerId } from "./container-id.js";

/**
 * What of a container outlives a crash, and who answers for it. Each fact is the target of a symbolic link,
 * because symlink(2) creates a name and its content in one step: no reader ever sees half of it.
 *
 *     containers/ID.owner     -> PID.START.BOOT   the process that holds the container
 *     containers/ID.name      -> NAME
 *     containers/names/NAME   -> ID
 *     containers/ID/                              its overlay
 */
export interface StateDirectory {
  containers: string;
  names: string;
}

export function locateState(root: string): StateDirectory {
  const containers = join(root, "containers");
  return { containers, names: join(containers, "names") };
}

export interface ClaimOptions {
  state: StateDirectory;
  id: ContainerId;
  name?: string | undefined;
}

/** Announces a container before anything of it exists, so that whatever comes after can be found and removed. */
export async function claimContainer(options: ClaimOptions): Promise<void> {
  const { state, id, name } = options;
  const owner = formatIdentity(await identifySelf());
  await mkdir(state.names, { recursive: true });
  await symlink(owner, join(state.containers, `${id}.owner`));
  if (name === undefined) return;
  try {
    await symlink(name, join(state.containers, `${id}.name`));
    await claimName(state, id, name);
  } catch (error) {
    await releaseClaim({ state, id });
    throw error;
  }
}

/** Removes every record of the container, the owner's last: until then a crash leaves it findable. */
export async function releaseClaim(options: Omit<ClaimOptions, "name">): Promise<void> {
  const { state, id } = options;
  const nameFile = join(state.containers, `${id}.name`);
  const name = await readLinkIfThere(nameFile);
  if (name !== undefined) {
    const nameLink = join(state.names, name);
    if ((await readLinkIfThere(nameLink)) === id) await rm(nameLink, { force: true });
    await rm(nameFile, { force: true });
  }
  await rm(join(state.containers, `${id}.owner`), { force: true });
}

/** Whether the process that holds the container still runs. */
export async function isOwned(state: StateDirectory, id: string): Promise<boolean> {
  const owner = await readLinkIfThere(join(state.containers, `${id}.owner`));
  const identity = owner === undefined ? undefined : parseIdentity(owner);
  return identity !== undefined && (await isAlive(identity));
}

async function claimName(state: StateDirectory, id: ContainerId, name: string): Promise<void> {
  try {
    await symlink(id, join(state.names, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const other = (await readLinkIfThere(join(state.names, name))) ?? "another";
    throw new RuntimeError(
      `failed to name the container "${name}": container ${other.slice(0, 12)} has that name`,
      { code: "NAME_IN_USE", hint: "choose another --name, or end that container", cause: error },
    );
  }
}

async function readLinkIfThere(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch {
    return undefined;
  }
}
