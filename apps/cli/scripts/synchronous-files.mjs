// What the bundle takes for node:fs/promises on the way of a start. The command line has nothing else to do while a file is read,
// so it reads at once: each round trip through Node's thread pool costs more than the call itself.
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  promises,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";

const promisify =
  (call) =>
  async (...args) =>
    call(...args);

export const chmod = promisify(chmodSync);
export const link = promisify(linkSync);
export const lstat = promisify(lstatSync);
export const mkdir = promisify(mkdirSync);
export const readdir = promisify(readdirSync);
export const readFile = promisify(readFileSync);
export const readlink = promisify(readlinkSync);
export const rename = promisify(renameSync);
export const rmdir = promisify(rmdirSync);
export const stat = promisify(statSync);
export const symlink = promisify(symlinkSync);
export const unlink = promisify(unlinkSync);
export const writeFile = promisify(writeFileSync);

/** One file is unlinked: rmSync() would load what it has for trees. */
export const rm = async (path, { recursive = false, force = false, ...options } = {}) => {
  if (recursive) return rmSync(path, { recursive, force, ...options });
  try {
    unlinkSync(path);
  } catch (error) {
    if (!force || error.code !== "ENOENT") throw error;
  }
};

/** Node loads what it has for this when its name is first mentioned. */
export const opendir = async (...args) => opendirSync(...args);

/** Handles of files stay as they are. */
export const open = (...args) => promises.open(...args);
