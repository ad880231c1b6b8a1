#!/usr/bin/env -S node --
// Without the two dashes Node 20 takes our --env-file for its own.
//
// V8 compiles our code anew at each start, and that would cost a third of a start. So what it made is kept once:
// module.enableCompileCache() does the same from Node 22 on, but keeps what was compiled before it ran, function by function.
// It is all in this one file because Node takes a millisecond to find and load another.
const fs = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

/** The exit code of a `run` that Dockher failed to start. */
const FAILED = 125;

/** The first line of the bundle is a comment with its hash: V8 itself only compares lengths. */
const HASH = /^\/\/([0-9a-f]{16})\n/;

const main = join(__dirname, "../dist/main.cjs");
try {
  loadCached(main);
} catch (error) {
  if (error.code !== "ENOENT" || error.path !== main) throw error;
  process.stderr.write("dockher: failed to start: it was not built\nhint: pnpm build\n");
  process.exitCode = FAILED;
}

/**
 * Loads the bundle, a CommonJS module in its wrapper, as `require` would, with the code that an earlier start compiled where
 * there is some.
 * @param {string} file absolute
 */
function loadCached(file) {
  // It is ASCII throughout: esbuild writes anything else as an escape.
  const source = read(file, fs.constants.O_RDONLY).latin1Slice();
  const path = locateCache(HASH.exec(source)?.[1]);
  const cachedData = path && readOwn(path);
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  if (path && (cachedData === undefined || script.cachedDataRejected)) keepAtExit(script, path);

  const Module = module.constructor;
  const loaded = new Module(file, module);
  loaded.filename = file;
  loaded.paths = Module._nodeModulePaths(dirname(file));
  require.cache[file] = loaded;
  const run = script.runInThisContext();
  run(loaded.exports, (id) => loaded.require(id), loaded, file, dirname(file));
}

/** One file for each bundle and Node; undefined where there is no place for it. */
function locateCache(hash) {
  const { env } = process;
  const own = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, ".cache"));
  const base = process.geteuid?.() === 0 ? "/var/cache" : own;
  if (hash === undefined || !base) return undefined;
  return join(base, "dockher", "code", `${hash}-${process.version}-${process.arch}`);
}

/** Compiled code is executed unchecked, so it must be nobody else's. */
function readOwn(path) {
  const isOwn = ({ uid, mode }) => uid === process.geteuid() && (mode & 0o022) === 0;
  try {
    return read(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW, isOwn);
  } catch {
    return undefined;
  }
}

/** A whole file, or undefined where it is refused. Node compiles what its readFileSync() is made of for longer than this takes. */
function read(path, flags, isWanted = () => true) {
  const fd = fs.openSync(path, flags);
  try {
    const stats = fs.fstatSync(fd);
    if (!isWanted(stats)) return undefined;
    const bytes = Buffer.allocUnsafeSlow(stats.size);
    return bytes.subarray(0, fs.readSync(fd, bytes));
  } finally {
    fs.closeSync(fd);
  }
}

/** At the exit of a `run` that came to its end, and so compiled what counts. A machine that refuses only starts more slowly. */
function keepAtExit(script, path) {
  if (process.argv[2] !== "run" || process.argv.includes("--help")) return;
  process.on("exit", (exitCode) => {
    if (exitCode === FAILED) return;
    const temporary = `${path}.${process.pid}`;
    try {
      fs.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      fs.writeFileSync(temporary, script.createCachedData(), { flag: "wx", mode: 0o600 });
      fs.renameSync(temporary, path);
    } catch {
      fs.rmSync(temporary, { force: true });
    }
  });
}
