import { chmod, lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno } from "../error.js";
import { removeTree } from "../remove-tree.js";

/** Directories that are emptied: what apt can fetch again, what belongs to the machine or the run. */
const EMPTIED = [
  "var/lib/apt/lists",
  "var/cache/apt/archives",
  // The runtime makes /dev anew for each container.
  "dev",
  "run",
  "tmp",
  "var/tmp",
];

const REMOVED = [
  "var/cache/apt/pkgcache.bin",
  "var/cache/apt/srcpkgcache.bin",
  "var/cache/ldconfig/aux-cache",
  "var/lib/dbus/machine-id",
  "var/log/alternatives.log",
  "var/log/apt",
  "var/log/bootstrap.log",
  "var/log/dpkg.log",
  "etc/hostname",
  "debootstrap",
];

const WRITTEN: Readonly<Record<string, string>> = {
  // debootstrap copies the host's.
  "etc/resolv.conf": "",
  "etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
};

/**
 * Takes out of a fresh tree what is the host's or is not worth keeping, and writes its apt sources.
 * @param sources lines of sources.list(5)
 */
export async function cleanTree(tree: string, sources: readonly string[]): Promise<void> {
  for (const path of EMPTIED) {
    const directory = join(tree, path);
    if (!(await isDirectory(directory))) continue;
    for (const name of await readdir(directory)) {
      await remove(join(directory, name));
    }
  }
  for (const path of REMOVED) await remove(join(tree, path));
  // apt wants it there.
  await mkdir(join(tree, "var/log/apt"), { recursive: true });
  // Empty means "to be made at the first start", machine-id(5); two containers must not share one.
  if (await exists(join(tree, "etc/machine-id"))) await replaceFile(tree, "etc/machine-id", "");
  for (const [path, text] of Object.entries(WRITTEN)) await replaceFile(tree, path, text);
  await rm(join(tree, "etc/apt/sources.list.d/0000debootstrap.sources"), { force: true });
  await replaceFile(tree, "etc/apt/sources.list", sources.map((line) => `${line}\n`).join(""));
}

/** Removes first, as the old one may be a link that leads out of the tree. */
async function replaceFile(tree: string, path: string, text: string): Promise<void> {
  const file = join(tree, path);
  await remove(file);
  await writeFile(file, text, { flag: "wx" });
  await chmod(file, 0o644);
}

/** A user's tree has directories of subordinate ids, such as those that belong to apt. */
async function remove(path: string): Promise<void> {
  if (await isDirectory(path)) await removeTree(path);
  else await rm(path, { force: true });
}

async function isDirectory(path: string): Promise<boolean> {
  return (await lookUp(path))?.isDirectory() ?? false;
}

async function exists(path: string): Promise<boolean> {
  return (await lookUp(path)) !== undefined;
}

async function lookUp(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
