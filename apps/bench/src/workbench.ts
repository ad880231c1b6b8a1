import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compileSeccomp, createDefaultSeccomp } from "@dockher/seccomp";
import { DEFAULT_CAPABILITIES } from "@dockher/spec";
import type { Workbench } from "./contender.js";
import { BenchError } from "./error.js";

const SOURCES = new URL("../floor/", import.meta.url).pathname;
const FREESTANDING = ["-O2", "-static", "-nostdlib", "-ffreestanding"];
const PROGRAMS = {
  floor: { sources: ["floor.c", "confine.c", "rounds.c", "clock.c"], flags: ["-O2"] },
  execFloor: { sources: ["exec_floor.c", "confine.c", "rounds.c", "clock.c"], flags: ["-O2"] },
  measure: { sources: ["measure.c", "clock.c"], flags: ["-O2"] },
  true: { sources: ["true.c"], flags: FREESTANDING },
  pause: { sources: ["pause.c"], flags: FREESTANDING },
};

async function compile(name: keyof typeof PROGRAMS, directory: string): Promise<string> {
  const output = join(directory, name);
  const { sources, flags } = PROGRAMS[name];
  const paths = sources.map((source) => join(SOURCES, source));
  try {
    await promisify(execFile)("cc", [...flags, ...paths, "-o", output]);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? "there is no C compiler" : (cause as Error).message;
    throw new BenchError(`failed to compile ${sources[0]}: ${reason}`, {
      code: "COMPILE_FAILED",
      hint: missing ? "install gcc or clang, for example: apt-get install gcc" : undefined,
      cause,
    });
  }
  return output;
}

async function makeRootfs(directory: string): Promise<string> {
  const rootfs = join(directory, "rootfs");
  for (const path of ["bin", "dev", "etc", "proc", "sys", "tmp"]) {
    await mkdir(join(rootfs, path), { recursive: true });
  }
  await compile("true", join(rootfs, "bin"));
  await compile("pause", join(rootfs, "bin"));
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
      execFloor: await compile("execFloor", directory),
      measure: await compile("measure", directory),
    };
    const rootfs = await makeRootfs(directory);
    const filter = await writeFilter(directory);
    return { directory, rootfs, filter, programs, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
