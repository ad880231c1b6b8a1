import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrno, RootfsError } from "../error.js";
import { acquireLock } from "../lock.js";
import { runCommand } from "./command.js";
import { findProgram } from "./program.js";

export interface FetchPackagesOptions {
  /** The packages to have, unpacked together. */
  names: readonly string[];
  /** The cache directory; the tree is kept there and used again. */
  cache: string;
  signal?: AbortSignal | undefined;
}

const WORK = ".work";

/**
 * Packages of the host's own archive, unpacked in the cache and installed nowhere: with the host's
 * apt, its sources and its signature checks, but with lists of our own, so that the host's apt does
 * not notice. Returns the root of the unpacked tree.
 * @throws RootfsError `PACKAGE_UNAVAILABLE`
 */
export async function fetchPackages(options: FetchPackagesOptions): Promise<string> {
  const { names, cache, signal } = options;
  const tree = join(cache, "tools", names.join("+"));
  await using _lock = await acquireLock({ directory: join(cache, "locks", "tools"), signal });
  if (await isDirectory(tree)) return tree;
  const [aptGet, dpkgDeb] = await Promise.all(["apt-get", "dpkg-deb"].map((n) => findProgram(n)));
  if (!aptGet || !dpkgDeb) throw refusePackages(names, "this host has no apt");

  const work = join(cache, "tools", WORK);
  // From a process that was killed; the lock says that nobody is at it.
  await rm(work, { recursive: true, force: true });
  try {
    const run = await prepareApt(work, signal);
    await run(aptGet, ["-q", "update"], names);
    await run(aptGet, ["-q", "download", ...names], names);
    const unpacked = join(work, "tree");
    await mkdir(unpacked);
    for (const file of await readdir(work)) {
      if (file.endsWith(".deb")) await run(dpkgDeb, ["-x", join(work, file), unpacked], names);
    }
    await mkdir(dirname(tree), { recursive: true });
    await rename(unpacked, tree);
    return tree;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Gives a function that runs a command with an apt configuration of its own. */
async function prepareApt(work: string, signal: AbortSignal | undefined) {
  // apt refuses to make the partial directories itself.
  await mkdir(join(work, "lists/partial"), { recursive: true });
  await mkdir(join(work, "archives/partial"), { recursive: true });
  const settings = [
    // The host's hooks would act on the host; only a configuration file can clear a list.
    "#clear APT::Update::Pre-Invoke;",
    "#clear APT::Update::Post-Invoke;",
    "#clear APT::Update::Post-Invoke-Success;",
    `Dir::State::Lists "${work}/lists";`,
    `Dir::Cache "${work}";`,
    `Dir::Cache::Archives "${work}/archives";`,
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    'Debug::NoLocking "1";',
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    'APT::Get::List-Cleanup "0";',
  ];
  const configuration = join(work, "apt.conf");
  await writeFile(configuration, `${settings.join("\n")}\n`);
  return async (command: string, args: string[], names: readonly string[]): Promise<void> => {
    // apt-get download writes into the current directory.
    const { exitCode, log } = await runCommand(
      "env",
      ["-C", work, `APT_CONFIG=${configuration}`, command, ...args],
      { signal },
    );
    if (exitCode === 0) return;
    const line = log.split("\n").findLast((text) => /^(E|dpkg-deb):/.test(text)) ?? log.trim();
    throw refusePackages(names, line.replace(/^E: /, ""));
  };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return false;
    throw error;
  }
}

function refusePackages(names: readonly string[], reason: string): RootfsError {
  return new RootfsError(`failed to fetch package ${names.join(", ")}: ${reason}`, {
    code: "PACKAGE_UNAVAILABLE",
    hint: `install ${names.join(" and ")} by your system's own means`,
  });
}
