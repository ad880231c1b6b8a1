// What the bundle takes for node:fs/promises on the way of a start. The command line has nothing else to do while a file is read,
// so it reads at once: each round trip through Node's thread pool costs more than the call itself.
import * as fs from "node:fs";

const promisify =
  (call) =>
  async (...args) =>
    call(...args);

export const link = promisify(fs.linkSync);
export const lstat = promisify(fs.lstatSync);
export const mkdir = promisify(fs.mkdirSync);
export const opendir = promisify(fs.opendirSync);
export const readdir = promisify(fs.readdirSync);
export const readFile = promisify(fs.readFileSync);
export const readlink = promisify(fs.readlinkSync);
export const rename = promisify(fs.renameSync);
export const rmdir = promisify(fs.rmdirSync);
export const stat = promisify(fs.statSync);
export const symlink = promisify(fs.symlinkSync);
export const unlink = promisify(fs.unlinkSync);
export const writeFile = promisify(fs.writeFileSync);

/** One file is unlinked: rmSync() would load what it has for trees. */
export const rm = async (path, { recursive = false, force = false, ...options } = {}) => {
  if (recursive) return fs.rmSync(path, { recursive, force, ...options });
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (!force || error.code !== "ENOENT") throw error;
  }
};

/** Handles of files stay as they are. */
export const open = (...args) => fs.promises.open(...args);
