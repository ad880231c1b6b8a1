import type { Contender, Entry, Sample, Workbench } from "../contender.js";
import { BenchError } from "../error.js";
import { captureOutput } from "./spawned.js";

const DOCKHER = new URL("../../../cli/bin/dockher.js", import.meta.url).pathname;
const IMAGE = `dockher-bench:${process.pid}`;

/** @param line `WALL_NS CPU_US MAXRSS_KIB STATUS`, as measure.c prints it. */
export function parseMeasureLine(line: string): Sample {
  const [wall, cpu, maxrss, status] = line.trim().split(" ").map(Number);
  if (wall === undefined || cpu === undefined || maxrss === undefined || status !== 0) {
    throw new BenchError(`failed to measure a command line: it ended with "${line.trim()}"`, {
      code: "CONTENDER_FAILED",
    });
  }
  return { wallMs: wall / 1e6, cpuMs: cpu / 1e3, memoryMib: maxrss / 1024 };
}

/** A whole process, timed from outside. Its first run is a warm-up and the trial. */
async function openCommandLine(
  bench: Workbench,
  command: readonly string[],
  dispose: () => Promise<void> = async () => {},
): Promise<Contender> {
  const start = async () => parseMeasureLine(await captureOutput(bench.programs.measure, command));
  await start();
  return { start, [Symbol.asyncDispose]: dispose };
}

async function openDocker(bench: Workbench): Promise<Contender> {
  await captureOutput("docker", ["version", "--format", "{{.Server.Version}}"]);
  const archive = `${bench.directory}/rootfs.tar`;
  await captureOutput("tar", ["-C", bench.rootfs, "-cf", archive, "."]);
  await captureOutput("docker", ["import", archive, IMAGE]);
  const remove = async () => {
    await captureOutput("docker", ["image", "rm", "--force", IMAGE]);
  };
  try {
    const command = ["docker", "run", "--rm", "--network", "none", IMAGE, "/bin/true"];
    return await openCommandLine(bench, command, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

export const node: Entry = {
  name: "node",
  title: "node -e 0",
  section: "command-lines",
  origin: "ours",
  open: (bench) => openCommandLine(bench, [process.execPath, "-e", "0"]),
};

export const dockher: Entry = {
  name: "dockher",
  title: "dockher run --rm --rootfs DIR /bin/true",
  section: "command-lines",
  origin: "ours",
  open: (bench) =>
    openCommandLine(bench, [
      ...[process.execPath, DOCKHER, "run", "--rm"],
      ...["--rootfs", bench.rootfs, "/bin/true"],
    ]),
};

export const docker: Entry = {
  name: "docker",
  title: "docker run --rm --network none",
  section: "command-lines",
  origin: "peer",
  open: openDocker,
};
