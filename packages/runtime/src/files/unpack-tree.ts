import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  write,
} from "node:fs";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { type Entry, type Headers, extract as makeExtract } from "tar-stream";
import { RuntimeError } from "../error.js";
import { mapId } from "../user-namespace/map-id.js";
import type { IdMappings } from "../user-namespace/user-namespace.js";
import { explainFileError } from "./explain-file-error.js";
import {
  holdPlace,
  isMountPoint,
  makeDirectory,
  type Place,
  refusePath,
  type Tree,
} from "./tree.js";

export interface UnpackTreeOptions {
  tree: Tree;
  /** A directory in the tree, which exists. */
  into: string;
  /** A tar stream. */
  archive: Readable;
  /** Whose the files are: the archive's numbers, somebody's, or whoever this process is. */
  owner: "archive" | "own" | { uid: number; gid: number };
  /** Throws for a path in the tree that nothing is to be written at. */
  check?: (path: string) => void;
  /** Gives entries other names; undefined leaves one out. */
  rename?: (name: string) => string | undefined;
  signal?: AbortSignal | undefined;
  /** Told of what could not be made: devices and FIFOs. */
  onSkipped?: (name: string, reason: string) => void;
}

/**
 * Writes what a tar stream holds into a tree. Each entry's directory is opened anew inside the tree and the entry made in it, so
 * that neither the archive nor whoever changes the tree meanwhile leads it out.
 * @throws RuntimeError `INVALID_ARCHIVE`, `INVALID_PATH`, `PATH_NOT_FOUND`; the signal's reason
 */
export async function unpackTree(options: UnpackTreeOptions): Promise<void> {
  const { archive, rename = (name) => name, signal } = options;
  const extract = makeExtract();
  const fail = (error: Error): void => void extract.destroy(error);
  const abort = (): void => fail(signal?.reason as Error);
  // What comes after the first failure is told to nobody.
  extract.on("error", () => {});
  archive.once("error", fail);
  signal?.addEventListener("abort", abort, { once: true });
  archive.pipe(extract);
  const unpacker = new Unpacker(options);
  try {
    signal?.throwIfAborted();
    for await (const entry of extract) {
      const name = rename(entry.header.name);
      if (name !== undefined) await unpacker.add(entry, name);
      entry.resume();
    }
    signal?.throwIfAborted();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError(`failed to unpack the archive: ${(error as Error).message}`, {
      code: "INVALID_ARCHIVE",
      cause: error,
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    archive.unpipe(extract);
    archive.destroy();
  }
  unpacker.finishDirectories();
}

const writeAt = promisify(write);

class Unpacker {
  readonly #options: UnpackTreeOptions;
  /** Whose modes and times are set when nothing is made in them any more. */
  readonly #directories: { path: string; header: Headers }[] = [];

  constructor(options: UnpackTreeOptions) {
    this.#options = options;
  }

  async add(entry: Entry, name: string): Promise<void> {
    const path = this.#locate(name);
    if (path === this.#options.into) return;
    this.#options.check?.(path);
    try {
      await this.#make(entry, path);
    } catch (error) {
      throw explainFileError(error, path);
    }
  }

  async #make(entry: Entry, path: string): Promise<void> {
    const { header } = entry;
    using place = this.#open(path);
    switch (header.type) {
      case "directory":
        return this.#makeDirectory(place, path, header);
      case "file":
      case "contiguous-file":
        return await this.#makeFile(place, path, entry);
      case "symlink":
        this.#clear(place, path);
        symlinkSync(header.linkname ?? "", place.path);
        return this.#own(place, path, header);
      case "link":
        return this.#makeLink(place, path, header);
      default:
        this.#options.onSkipped?.(header.name, `it is a ${header.type ?? "file of no type"}`);
    }
  }

  finishDirectories(): void {
    for (const { path, header } of this.#directories.reverse()) {
      try {
        this.#finishDirectory(path, header);
      } catch (error) {
        throw explainFileError(error, path);
      }
    }
  }

  #finishDirectory(path: string, header: Headers): void {
    using place = this.#open(path);
    // Whoever put something else there meanwhile keeps it.
    const stats = lstatSync(place.path, { throwIfNoEntry: false });
    if (stats?.isDirectory() !== true) return;
    const fd = openSync(
      place.path,
      constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
    );
    try {
      const self = `/proc/self/fd/${fd}`;
      chmodSync(self, modeOf(header, 0o755));
      if (header.mtime) utimesSync(self, header.mtime, header.mtime);
    } finally {
      closeSync(fd);
    }
  }

  /** Where an entry goes, in the tree. */
  #locate(name: string): string {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..") || name.includes("\0")) {
      throw new RuntimeError(`failed to unpack "${name}": it leads out of the archive`, {
        code: "INVALID_ARCHIVE",
      });
    }
    return posix.join(this.#options.into, ...parts);
  }

  #open(path: string): Place {
    return holdPlace(makeDirectory(this.#options.tree, posix.dirname(path)), posix.basename(path));
  }

  #makeDirectory(place: Place, path: string, header: Headers): void {
    const stats = lstatSync(place.path, { throwIfNoEntry: false });
    if (stats?.isDirectory() !== true) {
      if (stats !== undefined) throw refusePath(path, "a directory cannot take a file's place");
      mkdirSync(place.path, { mode: 0o700 });
    }
    this.#own(place, path, header);
    this.#directories.push({ path, header });
  }

  async #makeFile(place: Place, path: string, entry: Entry): Promise<void> {
    const { header } = entry;
    this.#clear(place, path);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = openSync(place.path, flags, 0o600);
    try {
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        for (let at = 0; at < chunk.length; ) {
          const { bytesWritten } = await writeAt(fd, chunk, at, chunk.length - at, null);
          at += bytesWritten;
        }
      }
      this.#give(path, header, ({ uid, gid }) => fchownSync(fd, uid, gid));
      // After the owner, which takes the set-user-ID bit away: chown(2).
      fchmodSync(fd, modeOf(header, 0o644));
      if (header.mtime) futimesSync(fd, header.mtime, header.mtime);
    } finally {
      closeSync(fd);
    }
  }

  #makeLink(place: Place, path: string, header: Headers): void {
    const name = this.#options.rename?.(header.linkname ?? "") ?? header.linkname ?? "";
    using target = this.#open(this.#locate(name));
    this.#clear(place, path);
    linkSync(target.path, place.path);
  }

  /** Makes room: whatever is no directory goes. */
  #clear(place: Place, path: string): void {
    const stats = lstatSync(place.path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isDirectory()) throw refusePath(path, "a file cannot take a directory's place");
    // In another mount namespace than ours, to unlink it would unmount it.
    if (isMountPoint(place)) throw refusePath(path, "something is mounted on it");
    unlinkSync(place.path);
  }

  #own(place: Place, path: string, header: Headers): void {
    this.#give(path, header, ({ uid, gid }) => lchownSync(place.path, uid, gid));
  }

  /** Makes a file whose it is to be, as this process names that one. */
  #give(path: string, { uid = 0, gid = 0 }: Headers, change: (owner: Owner) => void): void {
    const { owner, tree } = this.#options;
    if (owner === "own") return;
    const wanted = owner === "archive" ? { uid, gid } : owner;
    const outside = tree.ids === undefined ? wanted : mapOwner(tree.ids, wanted);
    try {
      if (outside === undefined) throw refuseOwner(path, wanted, "there is no such user in it");
      change(outside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
      throw refuseOwner(path, wanted, "that takes root", error);
    }
  }
}

interface Owner {
  uid: number;
  gid: number;
}

function mapOwner(ids: IdMappings, owner: Owner): Owner | undefined {
  const uid = mapId(ids.uidMappings, owner.uid);
  const gid = mapId(ids.gidMappings, owner.gid);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function refuseOwner(path: string, { uid, gid }: Owner, reason: string, cause?: unknown) {
  return new RuntimeError(`failed to give ${path} to ${uid}:${gid}: ${reason}`, {
    code: "USER_NOT_MAPPED",
    hint: "leave the archive's owners out, or unpack it inside: dockher exec -i CONTAINER tar x",
    cause,
  });
}

function modeOf({ mode }: Headers, otherwise: number): number {
  return (mode ?? otherwise) & 0o7777;
}
