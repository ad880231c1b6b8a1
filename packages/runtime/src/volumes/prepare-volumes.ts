import { dirname } from "node:path";
import type { UndoList } from "../lifecycle/undo-list.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import type { ContainerRecord } from "../state/claim.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { copyUp, isEmpty } from "./copy-up.js";
import { makeVolume } from "./create-volume.js";
import { findVolumeUsers } from "./find-volume-users.js";
import type { VolumeMount } from "./name-volumes.js";
import { removeOwnVolume } from "./remove-volume.js";
import { ANONYMOUS_LABEL } from "./volume.js";
import { locateVolumes, type VolumeLayout } from "./volume-layout.js";
import { lockVolume, type VolumeLock } from "./volume-lock.js";
import { readVolumeUse, writeVolumeUse } from "./volume-use.js";

export interface PrepareVolumesOptions {
  mounts: readonly VolumeMount[];
  layout: VolumeLayout;
  record: ContainerRecord;
  source: ResolvedSource;
  userNamespace: UserNamespace;
  undo: UndoList;
  signal: AbortSignal | undefined;
}

/**
 * Makes the volumes of a container that are missing, writes down that it uses them, and fills the empty ones from its image.
 * The locks are held meanwhile: who comes next finds a volume that is filled, or finds it in use.
 * @throws RuntimeError, `COPY_UP_FAILED` among others; the signal's reason when aborted
 */
export async function prepareVolumes(options: PrepareVolumesOptions): Promise<void> {
  const { mounts, layout, record, undo, signal } = options;
  const named = listNames(mounts, { anonymous: false });
  const anonymous = listNames(mounts, { anonymous: true });
  const locks: VolumeLock[] = [];
  try {
    // All in the same order: two containers never wait for each other.
    for (const name of named.sort()) locks.push(await lockOrMake({ layout, name, signal }));
    undo.push(() => removeAll(layout, anonymous));
    writeVolumeUse(record, { named, anonymous });
    for (const name of anonymous) {
      await makeVolume({ layout, name, labels: { [ANONYMOUS_LABEL]: "" } });
    }
    await fillVolumes(options);
  } finally {
    for (const lock of locks) await lock[Symbol.asyncDispose]();
  }
}

/** Removes what was made for a container alone, whose process was killed before it could. */
export async function removeVolumesOf(record: ContainerRecord): Promise<void> {
  const layout = locateVolumes({ root: dirname(record.state.containers) });
  await removeAll(layout, readVolumeUse(record).anonymous);
}

async function removeAll(layout: VolumeLayout, names: readonly string[]): Promise<void> {
  for (const name of names) await removeOwnVolume(layout, name);
}

function listNames(
  mounts: readonly VolumeMount[],
  { anonymous }: { anonymous: boolean },
): string[] {
  const chosen = mounts.filter((mount) => mount.anonymous === anonymous);
  return [...new Set(chosen.map(({ name }) => name))];
}

interface LockOrMakeOptions {
  layout: VolumeLayout;
  name: string;
  signal: AbortSignal | undefined;
}

async function lockOrMake(options: LockOrMakeOptions): Promise<VolumeLock> {
  for (;;) {
    await makeVolume({ ...options, labels: {} });
    const lock = await lockVolume(options);
    if (lock !== undefined) return lock;
  }
}

/** One that another container mounts already stays as it is: to fill it is to put another directory in its place. */
async function fillVolumes(options: PrepareVolumesOptions): Promise<void> {
  const { mounts, layout, record, source, userNamespace, signal } = options;
  const users = findVolumeUsers(record.state);
  for (const { name, anonymous, directory, target, copy, subpath } of mounts) {
    const shared = (users.get(name) ?? []).some((id) => id !== record.id);
    if (!copy || subpath !== undefined || shared || !(await isEmpty(directory))) continue;
    await copyUp({
      layout,
      source,
      path: target,
      directory,
      durable: !anonymous,
      userNamespace,
      signal,
    });
  }
}
