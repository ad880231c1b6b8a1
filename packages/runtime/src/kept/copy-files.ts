import { posix } from "node:path";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { RuntimeError } from "../error.js";
import { recordContainerEvent } from "../events/journal.js";
import { packTree } from "../files/pack-tree.js";
import { followLinks, readEntry, refusePath, type TreeEntry } from "../files/tree.js";
import { unpackTree } from "../files/unpack-tree.js";
import { type ContainerTarget, rootOf } from "./find-container.js";
import { type ContainerFiles, openFiles } from "./open-files.js";

export interface StatContainerPathOptions extends ContainerTarget {
  /** From the container's `/`. */
  path: string;
  /** Whether a link in the last component is followed. Default false. */
  follow?: boolean;
  signal?: AbortSignal;
}

/**
 * What a path of a container names; undefined where there is nothing.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`, `INVALID_PATH`; the signal's reason when aborted
 */
export async function statContainerPath(
  options: StatContainerPathOptions,
): Promise<TreeEntry | undefined> {
  await using files = await openFiles({ ...options, access: "read" });
  const path = posix.resolve("/", options.path);
  files.check(path);
  return readEntry(files, path, { follow: options.follow ?? false });
}

export interface CopyFromContainerOptions extends StatContainerPathOptions {
  /** What the archive calls it. Default its name; `.` for the content of a directory. */
  as?: string;
  /** Told of what has no place in an archive. */
  onSkipped?: (name: string, reason: string) => void;
}

/**
 * A file or a directory of a container as a tar stream, which is made as fast as it is read.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`, `PATH_NOT_FOUND`, `INVALID_PATH`; the signal's reason when
 * aborted
 */
export async function copyFromContainer(options: CopyFromContainerOptions): Promise<Readable> {
  const { follow = false, as, signal, onSkipped } = options;
  const files = await openFiles({ ...options, access: "read" });
  try {
    const named = posix.resolve("/", options.path);
    files.check(named);
    const stream = packTree({
      tree: files,
      path: named,
      follow,
      as: as ?? (posix.basename(named) || "."),
      signal,
      ...(onSkipped === undefined ? {} : { onSkipped }),
    });
    // Its files stay open until the last byte was taken, or nobody wants more.
    finished(stream).then(
      () => files[Symbol.asyncDispose](),
      () => files[Symbol.asyncDispose](),
    );
    recordContainerEvent(rootOf(files.record), files.config, "archive-path");
    return stream;
  } catch (error) {
    await files[Symbol.asyncDispose]();
    throw error;
  }
}

export interface CopyIntoContainerOptions extends ContainerTarget {
  /** A directory of the container, which exists. */
  path: string;
  /** A tar stream. */
  archive: Readable;
  /** Gives its entries other names; undefined leaves one out. */
  rename?: (name: string) => string | undefined;
  /** Whose the files are. Default the container's root; `archive` keeps the numbers. */
  owner?: "archive" | { uid: number; gid: number };
  signal?: AbortSignal;
  /** Told of what was not made: devices and FIFOs. */
  onSkipped?: (name: string, reason: string) => void;
}

/**
 * Unpacks a tar stream in a directory of a container. What something is mounted on is not replaced.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`, `PATH_NOT_FOUND`, `INVALID_PATH`, `PATH_READ_ONLY`,
 * `INVALID_ARCHIVE`, `COPY_FAILED`; the signal's reason when aborted
 */
export async function copyIntoContainer(options: CopyIntoContainerOptions): Promise<void> {
  const { archive, rename, owner = { uid: 0, gid: 0 }, signal, onSkipped } = options;
  await using files = await openFiles({ ...options, access: "write" });
  refuseOwnIds(files);
  const into = followLinks(files, options.path);
  files.check(into);
  const entry = readEntry(files, into, { follow: false });
  if (entry?.type !== "directory") throw refusePath(options.path, "it is no directory");
  await unpackTree({
    tree: files,
    into,
    archive,
    check: files.checkTarget,
    owner,
    signal,
    ...(rename === undefined ? {} : { rename }),
    ...(onSkipped === undefined ? {} : { onSkipped }),
  });
  recordContainerEvent(rootOf(files.record), files.config, "extract-to-dir");
}

/** Nobody outside of its user namespace can make files there: with a range of its own it has no id for root (EOVERFLOW). */
function refuseOwnIds({ config, ids }: ContainerFiles): void {
  if (config.userNamespace !== "mapped" || ids === undefined) return;
  throw new RuntimeError(
    `failed to copy into container ${config.name}: it runs with ids of its own`,
    {
      code: "CONTAINER_RUNNING",
      hint: `stop it first, or unpack inside: dockher exec -i ${config.name} tar x`,
    },
  );
}
