import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Contender, Entry, Workbench } from "../contender.js";
import { BenchError } from "../error.js";
import { openTimedProgram } from "./floor.js";
import { createPeerSpec } from "./oci-runtime.js";
import { captureOutput, spawnToExit } from "./spawned.js";

/** A container that lives until the contender is closed. */
async function openContainer(bench: Workbench, name: string) {
  const { createContainer } = await import("@dockher/runtime");
  const created = await createContainer({
    source: { rootfs: bench.rootfs },
    command: ["/bin/pause"],
    directories: { root: join(bench.directory, name) },
  });
  try {
    return await created.start();
  } catch (error) {
    await created[Symbol.asyncDispose]();
    throw error;
  }
}

async function openExec(bench: Workbench): Promise<Contender> {
  const container = await openContainer(bench, "exec");
  const start = async (): Promise<undefined> => {
    await using command = await container.exec({ command: ["/bin/true"] });
    const status = await command.wait();
    if (status.exitCode !== 0) {
      throw new BenchError("failed to execute /bin/true", { code: "CONTENDER_FAILED" });
    }
  };
  return { start, [Symbol.asyncDispose]: () => container[Symbol.asyncDispose]() };
}

/** The files by which the cgroups of a process are joined, on both versions. */
function listProcs(pid: number): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields.includes("cgroup") || fields.includes("cgroup2"));
  return readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (!path.includes("dockher-")) return [];
      const mount = mounts.find((fields) => {
        const options = fields.at(-1)?.split(",") ?? [];
        return controllers === ""
          ? fields.includes("cgroup2")
          : controllers.split(",").every((controller) => options.includes(controller));
      });
      return mount === undefined ? [] : [`${mount[4]}${path}/cgroup.procs`];
    });
}

async function openExecFloor(bench: Workbench): Promise<Contender> {
  const container = await openContainer(bench, "exec-floor");
  const args = [String(container.pid), bench.filter, ...listProcs(container.pid)];
  const program = openTimedProgram(bench.programs.execFloor, args);
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await container[Symbol.asyncDispose]();
    },
  };
}

async function openCrunExec(bench: Workbench): Promise<Contender> {
  const bundle = join(bench.directory, "crun-exec");
  await mkdir(bundle);
  const spec = createPeerSpec(bench.rootfs, { args: ["/bin/pause"] });
  await writeFile(join(bundle, "config.json"), JSON.stringify(spec));
  const id = `dockher-bench-${process.pid}-exec`;
  const state = ["--root", join(bundle, "state")];
  await spawnToExit("crun", [...state, "run", "--detach", "--bundle", bundle, id]);
  const remove = async () => {
    await captureOutput("crun", [...state, "delete", "--force", id]);
  };
  const start = async (): Promise<undefined> => {
    await spawnToExit("crun", [...state, "exec", id, "/bin/true"]);
  };
  try {
    await captureOutput("crun", [...state, "exec", id, "/bin/true"]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { start, [Symbol.asyncDispose]: remove };
}

export const execFloor: Entry = {
  name: "exec-floor",
  title: "the same system calls in plain C",
  section: "execs",
  origin: "ours",
  open: openExecFloor,
};

export const exec: Entry = {
  name: "exec",
  title: "@dockher/runtime exec(), in-process",
  section: "execs",
  origin: "ours",
  open: openExec,
};

export const crunExec: Entry = {
  name: "crun-exec",
  title: "spawn crun exec",
  section: "execs",
  origin: "peer",
  open: openCrunExec,
};
