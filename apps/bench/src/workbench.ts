import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compileSeccomp, createDefaultSeccomp } from "@dockher/seccomp";
import { DEFAULT_CAPABILITIES } from "@dockher/spec";
import type { Workbench } from "./contender.js";
import { BenchError } from "./error.js";

const SOURCES = new URL("../floor/", import.meta.url).pathname;
const FLAGS = {
  floor: ["-O2"],
  measure: ["-O2"],
  true: ["-O2", "-static", "-nostdlib", "-ffreestanding"],
} as const;

async function compile(name: keyof typeof FLAGS, directory: string): Promise<string> {
  const output = join(directory, name);
  const source = join(SOURCES, `${name}.c`);
  try {
    await promisify(execFile)("cc", [...FLAGS[name], source, "-o", output]);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? "there is no C compiler" : (cause as Error).message;
    throw new BenchError(`failed to compile ${name}.c: ${reason}`, {
      code: "COMPILE_FAILED",
      hint: missing ? "install gcc or clang, for example: apt-get install gcc" : undefined,
      cause,
    });
  }
  return output;
}

async function makeRootfs(directory: string, program: string): Promise<string> {
  const rootfs = join(directory, "rootfs");
  for (const path of ["bin", "dev", "etc", "proc", "sys", "tmp"]) {
    await mkdir(join(rootfs, path), { recursive: true });
  }
  await copyFile(program, join(rootfs, "bin/true"));
  await writeFile(join(rootfs, "etc/passwd"), "root:x:0:0:root:/root:/bin/true\n");
  await writeFile(join(rootfs, "etc/group"), "root:x:0:\n");
  await symlink("true", join(rootfs, "bin/sh"));
  return rootfs;
}

async function writeFilter(directory: string): Promise<string> {
  const path = join(directory, "filter");
  const { program } = await compileSeccomp(
    createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES }),
  );
  await writeFile(path, program);
  return path;
}

/**
 * Makes a temporary folder with the compiled programs and the root filesystem.
 * @throws BenchError `COMPILE_FAILED`.
 */
export async function openWorkbench(): Promise<Workbench & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "dockher-bench-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const programs = {
      floor: await compile("floor", directory),
      measure: await compile("measure", directory),
      true: await compile("true", directory),
    };
    const rootfs = await makeRootfs(directory, programs.true);
    const filter = await writeFilter(directory);
    return { directory, rootfs, filter, programs, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
