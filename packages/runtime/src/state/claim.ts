import { mkdirSync, readdirSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { formatIdentity, identifySelf, isAlive, parseIdentity } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { type ContainerId, generateContainerId, parseContainerId } from "./container-id.js";
import { generateName } from "./generate-name.js";

/**
 * What of a container outlives a crash, and who answers for it. Each fact is the target of a symbolic link,
 * because symlink(2) creates a name and its content in one step: no reader ever sees half of it.
 *
 *     containers/ID.owner     -> PID.START.BOOT   the process that holds the container, or "nobody", or "kept": nobody
 *                                                 need hold it, it stays until it is removed
 *     containers/ID.name      -> NAME
 *     containers/ID.image     -> sha256:…         what may not be removed meanwhile
 *     containers/ID.cgroup    -> JSON             where its cgroup lies
 *     containers/ID.ids       -> START:COUNT      the host's ids that are its own, see claimIdRange()
 *     containers/ID.volumes   -> JSON             the names of its volumes
 *     containers/names/NAME   -> ID
 *     containers/ID/                              its overlay
 */
export interface StateDirectory {
  containers: string;
  names: string;
}

/** The owner is the last to go: until then a crash leaves the rest findable. */
const KINDS = ["name", "image", "cgroup", "volumes", "ids", "owner"] as const;

type RecordKind = (typeof KINDS)[number];

export interface ContainerRecord {
  state: StateDirectory;
  id: ContainerId;
  /** What has been written, or may have been by another process. */
  kinds: Set<RecordKind>;
}

export function locateState(root: string): StateDirectory {
  const containers = join(root, "containers");
  return { containers, names: join(containers, "names") };
}

/** The record of a new container, of which nothing is written yet. */
export function createRecord(state: StateDirectory): ContainerRecord {
  return { state, id: generateContainerId(), kinds: new Set() };
}

/** The directory of a container's own files. */
export function locateContainer(record: ContainerRecord): string {
  return join(record.state.containers, record.id);
}

/**
 * Announces a container before anything of it exists, so that whatever comes after can be found and removed.
 * @throws RuntimeError `NAME_IN_USE`
 */
export function claimContainer(record: ContainerRecord, name?: string): void {
  mkdirSync(record.state.names, { recursive: true });
  writeRecord(record, "owner", formatIdentity(identifySelf()));
  if (name === undefined) return;
  try {
    writeRecord(record, "name", name);
    claimName(record, name);
  } catch (error) {
    releaseClaim(record);
    throw error;
  }
}

/** A name that is drawn is rarely taken; a thousand times as many are drawn from where it is. */
const NAME_ATTEMPTS = 100;

/**
 * Gives a claimed container without a name one that no other has, and answers it.
 * @throws RuntimeError `NAME_IN_USE` where a hundred names were taken.
 */
export function claimGeneratedName(
  record: ContainerRecord,
  draw: typeof generateName = generateName,
): string {
  for (let attempt = 0; ; attempt++) {
    const name = draw({ attempt });
    writeRecord(record, "name", name);
    try {
      claimName(record, name);
      return name;
    } catch (error) {
      removeLink(locateRecord(record, "name"));
      record.kinds.delete("name");
      const taken = error instanceof RuntimeError && error.code === "NAME_IN_USE";
      if (!taken || attempt + 1 === NAME_ATTEMPTS) throw error;
    }
  }
}

/**
 * Gives a container another name; the old one is free afterwards.
 * @throws RuntimeError `NAME_IN_USE`
 */
export function renameClaim(record: ContainerRecord, name: string): void {
  const old = readRecord(record, "name");
  claimName(record, name);
  replaceLink(locateRecord(record, "name"), name);
  if (old !== undefined) removeLink(join(record.state.names, old));
}

/** Removes every record of the container. */
export function releaseClaim(record: ContainerRecord): void {
  const name = readRecord(record, "name");
  if (name !== undefined) {
    const link = join(record.state.names, name);
    if (readLinkIfThere(link) === record.id) removeLink(link);
  }
  for (const kind of KINDS) {
    if (!record.kinds.has(kind)) continue;
    // The half of a change whose process was killed goes first: what has no owner any more, nobody finds.
    removeLink(newLink(locateRecord(record, kind)));
    removeLink(locateRecord(record, kind));
  }
}

/**
 * Removes the records of a container whose files have been removed; where something of it is left, makes it nobody's,
 * so that the next start anywhere finds and removes it.
 */
export function settleClaim(record: ContainerRecord, failures: readonly unknown[]): void {
  if (failures.length > 0) {
    abandonClaim(record);
    return;
  }
  try {
    releaseClaim(record);
  } catch (error) {
    abandonClaim(record);
    throw error;
  }
}

/** From here on the container is nobody's: what is left of it, the next start anywhere removes. */
export function abandonClaim(record: ContainerRecord): void {
  if (record.kinds.has("owner")) changeOwner(record, "nobody");
}

const KEPT = "kept";

/** From here on the container outlives this process: it stays until it is removed. */
export function keepContainer(record: ContainerRecord): void {
  changeOwner(record, KEPT);
}

export function isKept(record: ContainerRecord): boolean {
  return readRecord(record, "owner") === KEPT;
}

/** Whether what it uses must stay: because it is kept, or because it runs. */
export function isHeld(record: ContainerRecord): boolean {
  return isKept(record) || isOwned(record);
}

function changeOwner(record: ContainerRecord, target: string): void {
  replaceLink(locateRecord(record, "owner"), target);
}

/** Whoever changes a container holds its lock, so what is half done is of one that was killed. */
function replaceLink(link: string, target: string): void {
  removeLink(newLink(link));
  symlinkSync(target, newLink(link));
  renameSync(newLink(link), link);
}

function newLink(link: string): string {
  return `${link}.new`;
}

/** Takes a fact back, so that another can be written. */
export function removeRecord(record: ContainerRecord, kind: RecordKind): void {
  removeLink(locateRecord(record, kind));
}

/** The record of a container by its id, as others wrote it. */
export function openRecord(state: StateDirectory, id: ContainerId): ContainerRecord {
  return { state, id, kinds: new Set(KINDS) };
}

/** Whether the process that holds the container still runs. */
export function isOwned(record: ContainerRecord): boolean {
  const identity = parseIdentity(readRecord(record, "owner") ?? "");
  return identity !== undefined && isAlive(identity);
}

export function writeRecord(record: ContainerRecord, kind: RecordKind, value: string): void {
  symlinkSync(value, locateRecord(record, kind));
  record.kinds.add(kind);
}

export function readRecord(record: ContainerRecord, kind: RecordKind): string | undefined {
  return record.kinds.has(kind) ? readLinkIfThere(locateRecord(record, kind)) : undefined;
}

/** All containers on record, running or left over. */
export function listContainers(state: StateDirectory): ContainerRecord[] {
  let entries: string[];
  try {
    entries = readdirSync(state.containers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.endsWith(".owner"))
    .map((entry) => parseContainerId(entry.slice(0, -".owner".length)))
    .filter((id) => id !== undefined)
    .map((id) => openRecord(state, id));
}

function claimName(record: ContainerRecord, name: string): void {
  const link = join(record.state.names, name);
  try {
    symlinkSync(record.id, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const other = readLinkIfThere(link) ?? "another";
    // Of a container that is gone, whose renaming was killed half way: who has a name has an owner before.
    if (readLinkIfThere(join(record.state.containers, `${other}.owner`)) === undefined) {
      removeLink(link);
      claimName(record, name);
      return;
    }
    throw new RuntimeError(
      `failed to name the container "${name}": container ${other.slice(0, 12)} has that name`,
      { code: "NAME_IN_USE", hint: "choose another name, or end that container", cause: error },
    );
  }
}

function locateRecord(record: ContainerRecord, kind: RecordKind): string {
  return join(record.state.containers, `${record.id}.${kind}`);
}

function removeLink(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function readLinkIfThere(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}
