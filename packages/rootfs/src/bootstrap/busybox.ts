import { chmod, copyFile, link, mkdir, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digest } from "../digest.js";
import { RootfsError } from "../error.js";
import type { BusyboxRecipe } from "../recipe.js";
import type { Builder } from "./builder.js";
import { runCommand } from "./command.js";
import { fetchPackages } from "./host-package.js";
import { findProgram } from "./program.js";

/** A root filesystem of one static program under all its names. */
export async function prepareBusybox(
  recipe: BusyboxRecipe,
  options: { cache: string; signal?: AbortSignal | undefined },
): Promise<Builder> {
  const program = await findBusybox(recipe, options);
  return {
    key: [digest(await readFile(program))],
    description: "busybox",
    keepArchive: false,
    weights: [
      ["prepare", 1],
      ["extract", 1],
      ["pack", 2],
      ["commit", 1],
    ],
    async build({ tree, report, signal }) {
      report("extract", 0, "Writing the root filesystem");
      await writeBusyboxTree(program, tree, signal);
      return {};
    },
  };
}

/** The host's busybox if it is static, else a private copy of the package that has one. */
async function findBusybox(
  recipe: BusyboxRecipe,
  options: { cache: string; signal?: AbortSignal | undefined },
): Promise<string> {
  for (const name of ["busybox.static", "busybox"]) {
    const program = await findProgram(name);
    if (program && (await isStaticElf(program))) return program;
  }
  const tree = await fetchPackages({ names: [recipe.package], ...options });
  for (const path of ["usr/bin/busybox", "bin/busybox"]) {
    const program = join(tree, path);
    if (await isStaticElf(program).catch(() => false)) return program;
  }
  throw new RootfsError(`failed to find busybox: package ${recipe.package} has no static one`, {
    code: "PACKAGE_UNAVAILABLE",
    hint: "install a static busybox",
  });
}

async function writeBusyboxTree(program: string, tree: string, signal?: AbortSignal) {
  const { exitCode, stdout, log } = await runCommand(program, ["--list-full"], { signal });
  if (exitCode !== 0) {
    throw new RootfsError(`failed to run ${program}: ${log.trim().split("\n")[0]}`, {
      code: "BOOTSTRAP_FAILED",
    });
  }
  // Modes are set, as the caller's umask may be any.
  for (const path of DIRECTORIES) {
    await mkdir(join(tree, path), { recursive: true });
    await chmod(join(tree, path), 0o755);
  }
  await chmod(join(tree, "tmp"), 0o1777);
  await chmod(join(tree, "var/tmp"), 0o1777);
  await chmod(join(tree, "root"), 0o700);
  const installed = join(tree, "bin/busybox");
  await copyFile(program, installed);
  await chmod(installed, 0o755);
  for (const applet of new Set(stdout.toString().split("\n").filter(Boolean))) {
    // Hard links, as the image is one layer: each name is the program, whatever is mounted where.
    if (applet !== "bin/busybox") await link(installed, join(tree, applet));
  }
  for (const [path, text] of Object.entries(FILES)) {
    await writeFile(join(tree, path), text);
    await chmod(join(tree, path), 0o644);
  }
  await chmod(join(tree, "etc/shadow"), 0o640);
  await symlink("../proc/self/mounts", join(tree, "etc/mtab"));
}

const DIRECTORIES =
  "bin sbin usr usr/bin usr/sbin etc dev proc sys run tmp root home mnt var var/tmp var/log".split(
    " ",
  );

const FILES: Readonly<Record<string, string>> = {
  "etc/passwd": [
    "root:x:0:0:root:/root:/bin/sh",
    "daemon:x:1:1:daemon:/usr/sbin:/bin/false",
    "www-data:x:33:33:www-data:/var/www:/bin/false",
    "nobody:x:65534:65534:nobody:/:/bin/false",
    "",
  ].join("\n"),
  "etc/group": "root:x:0:\ndaemon:x:1:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n",
  "etc/shadow": "root:*:::::::\n",
  "etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
  "etc/resolv.conf": "",
};

/**
 * Whether a file is an ELF program that needs no interpreter, which is what static means to the
 * kernel: no program header of type PT_INTERP (elf(5)).
 */
export async function isStaticElf(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(64);
    const { bytesRead } = await file.read(header, 0, 64, 0);
    if (bytesRead < 52 || header.toString("latin1", 0, 4) !== "\x7fELF") return false;
    const wide = header[4] === 2;
    const little = header[5] === 1;
    const half = (at: number) => (little ? header.readUInt16LE(at) : header.readUInt16BE(at));
    const word = (from: Buffer, at: number) =>
      little ? from.readUInt32LE(at) : from.readUInt32BE(at);
    const offset = wide
      ? Number(little ? header.readBigUInt64LE(32) : header.readBigUInt64BE(32))
      : word(header, 28);
    const entrySize = half(wide ? 54 : 42);
    const count = half(wide ? 56 : 44);
    const table = Buffer.alloc(entrySize * count);
    if ((await file.read(table, 0, table.length, offset)).bytesRead < table.length) return false;
    for (let at = 0; at + 4 <= table.length; at += entrySize) {
      if (word(table, at) === PT_INTERP) return false;
    }
    return count > 0;
  } finally {
    await file.close();
  }
}

const PT_INTERP = 3;
