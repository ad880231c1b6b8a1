import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { O_PATH } from "@dockher/ns";
import { type Headers, pack as makePack, type Pack } from "tar-stream";
import { unmapId } from "../user-namespace/map-id.js";
import type { IdMappings } from "../user-namespace/user-namespace.js";
import { explainFileError } from "./explain-file-error.js";
import { followLinks, openPlace, placePath, type Tree } from "./tree.js";

export interface PackTreeOptions {
  tree: Tree;
  /** In the tree. */
  path: string;
  /** Whether a link in its last component is followed. Default false: it is packed as a link. */
  follow?: boolean;
  /** What the archive calls it; `.` for the content of a directory. */
  as: string;
  signal?: AbortSignal | undefined;
  /** Told of what has no place in the archive: sockets. */
  onSkipped?: (name: string, reason: string) => void;
}

/**
 * A file or a directory as a tar stream. Each name is opened in the directory above it and never followed, so that nobody who
 * changes the tree meanwhile leads it out. Is read no faster than it is taken.
 * @throws RuntimeError `PATH_NOT_FOUND`, `INVALID_PATH`
 */
export function packTree(options: PackTreeOptions): Readable {
  const { tree, path, as, signal } = options;
  const place = openPlace(tree, options.follow === true ? followLinks(tree, path) : path);
  let stats: Stats;
  try {
    stats = lstatSync(place.path);
  } catch (error) {
    place[Symbol.dispose]();
    throw explainFileError(error, path);
  }
  const packer = new Packer(makePack(), options);
  const done = packer
    .add({ fd: place.fd, name: place.name, as, stats })
    .then(() => packer.pack.finalize())
    .catch((error: unknown) => packer.pack.destroy(explainFileError(error, path) as Error))
    .finally(() => place[Symbol.dispose]());
  const stream = Readable.from(packer.pack, { objectMode: false, ...(signal && { signal }) });
  // Whoever stops reading stops the packer too.
  stream.once("close", () => packer.pack.destroy());
  void done;
  return stream;
}

interface Item {
  /** The directory that has it. */
  fd: number;
  name: string;
  as: string;
  stats: Stats;
}

const CHUNK = 256 * 1024;
const readAt = promisify(read);

class Packer {
  readonly pack: Pack;
  readonly #ids: IdMappings | undefined;
  readonly #onSkipped: NonNullable<PackTreeOptions["onSkipped"]>;
  /** Of files with several names: the first. */
  readonly #linked = new Map<string, string>();

  constructor(pack: Pack, { tree, onSkipped = () => {} }: PackTreeOptions) {
    this.pack = pack;
    this.#ids = tree.ids;
    this.#onSkipped = onSkipped;
  }

  async add(item: Item): Promise<void> {
    const { stats, as } = item;
    if (stats.isDirectory()) return this.#addDirectory(item);
    const inode = `${stats.dev}:${stats.ino}`;
    const first = stats.nlink > 1 ? this.#linked.get(inode) : undefined;
    if (first !== undefined) return this.#addHeader(item, { type: "link", linkname: first });
    if (stats.nlink > 1) this.#linked.set(inode, as);
    if (stats.isFile()) return this.#addFile(item);
    if (stats.isSymbolicLink()) {
      const linkname = readlinkSync(placePath(item.fd, item.name));
      return this.#addHeader(item, { type: "symlink", linkname });
    }
    if (stats.isFIFO()) return this.#addHeader(item, { type: "fifo" });
    if (stats.isSocket()) return this.#onSkipped(as, "a socket has no content");
    const number = BigInt(stats.rdev);
    return this.#addHeader(item, {
      type: stats.isBlockDevice() ? "block-device" : "character-device",
      devmajor: Number((number >> 8n) & 0xfffn),
      devminor: Number((number & 0xffn) | ((number >> 12n) & 0xfff00n)),
    });
  }

  async #addDirectory(item: Item): Promise<void> {
    using directory = openBelow(item, constants.O_RDONLY | constants.O_DIRECTORY);
    const { fd } = directory;
    await this.#addHeader({ ...item, as: `${item.as}/` }, { type: "directory" });
    for (const name of readdirSync(`/proc/self/fd/${fd}`)) {
      const as = `${item.as}/${name}`;
      const stats = lstatSync(placePath(fd, name), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      try {
        await this.add({ fd, name, as, stats });
      } catch (error) {
        if (!isChange(error)) throw error;
        this.#onSkipped(as, "it went or was exchanged meanwhile");
      }
    }
  }

  /** Nothing is opened for reading before it is known to be a file: to open some devices does something. */
  async #addFile(item: Item): Promise<void> {
    using found = openBelow(item, O_PATH);
    const stats = fstatSync(found.fd);
    if (!stats.isFile()) return this.#onSkipped(item.as, "it was exchanged meanwhile");
    const fd = openSync(`/proc/self/fd/${found.fd}`, constants.O_RDONLY);
    try {
      const own = { type: "file", size: stats.size } as const;
      await this.#addContent(this.#describe({ ...item, stats }, own), fd);
    } finally {
      closeSync(fd);
    }
  }

  /** As many bytes as its header says, whatever happens to the file. */
  async #addContent(header: Headers, fd: number): Promise<void> {
    const { size = 0 } = header;
    const written = defer();
    const entry = this.pack.entry(header, (error) => {
      if (error) written.reject(error);
      else written.resolve();
    });
    let left = size;
    while (left > 0) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, left));
      const { bytesRead } = await readAt(fd, buffer, 0, buffer.length, null);
      const chunk = bytesRead === 0 ? buffer.fill(0) : buffer.subarray(0, bytesRead);
      left -= chunk.length;
      if (!entry.write(chunk) && left > 0) {
        await Promise.race([
          new Promise((resolve) => entry.once("drain", resolve)),
          written.promise,
        ]);
      }
    }
    entry.end();
    await written.promise;
  }

  #addHeader(item: Item, own: Headers | Omit<Headers, "name">): Promise<void> {
    const written = defer();
    this.pack.entry(this.#describe(item, own), (error) => {
      if (error) written.reject(error);
      else written.resolve();
    });
    return written.promise;
  }

  #describe({ as, stats }: Item, own: Omit<Headers, "name">): Headers {
    const { mode, mtime } = stats;
    const ids = this.#ids;
    const uid = ids === undefined ? stats.uid : unmapId(ids.uidMappings, stats.uid);
    const gid = ids === undefined ? stats.gid : unmapId(ids.gidMappings, stats.gid);
    return { name: as, mode: mode & 0o7777, uid, gid, mtime, size: 0, ...own };
  }
}

/** What was found is not what is opened any more. */
function isChange(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}

function openBelow({ fd: directory, name }: Item, flags: number): Disposable & { fd: number } {
  const fd = openSync(placePath(directory, name), flags | constants.O_NOFOLLOW);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

function defer() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
