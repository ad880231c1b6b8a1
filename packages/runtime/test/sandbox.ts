import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, watch } from "node:fs";
import { chmod, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CgroupManager } from "@dockher/cgroup";
import { bootstrap, ImageStore, removeTree } from "@dockher/rootfs";
import type { RuntimeError } from "../src/error.ts";
import { startContainer } from "../src/lifecycle/start-container.ts";
import type { Directories } from "../src/options.ts";

/** Why real containers cannot run here; undefined where they can. */
export function findObstacle(): string | undefined {
  if (process.geteuid?.() !== 0) return "it needs root";
  try {
    CgroupManager.open();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Why no container can have ids of its own here; undefined where one can. */
export async function findIdmapObstacle(): Promise<string | undefined> {
  const obstacle = findObstacle();
  if (obstacle !== undefined) return obstacle;
  const base = await mkdtemp(join(tmpdir(), "dockher-idmap-"));
  const source = { rootfs: (await mkdir(join(base, "rootfs"), { recursive: true })) ?? base };
  const directories = { root: join(base, "root"), cache: join(base, "cache") };
  try {
    await startContainer({ source, directories, command: ["/nothing"], userns: "auto" });
  } catch (error) {
    const { code, message } = error as RuntimeError;
    return code === "COMMAND_NOT_FOUND" ? undefined : message;
  } finally {
    await removeTree(base);
  }
  return "a command that is not there was started";
}

/** Directories of a test's own with a busybox image in them. */
export interface Sandbox {
  directories: Directories;
  /** What of our containers is still there: records, directories, mounts. */
  listLeftovers(): string[];
  listImageIds(): Promise<string[]>;
  /** Gives all of it to a user. */
  giveTo(uid: number): Promise<void>;
  /** Removes everything, and throws where a cgroup of one of its containers has stayed. */
  remove(): Promise<void>;
}

export async function makeSandbox(): Promise<Sandbox> {
  const base = await mkdtemp(join(tmpdir(), "dockher-runtime-"));
  const directories = { root: join(base, "root"), cache: join(base, "cache") };
  await bootstrap({ image: "busybox", store: ImageStore.open(directories) });
  const containers = join(directories.root, "containers");
  await mkdir(join(containers, "names"), { recursive: true });
  // Another Dockher may run on this machine: only the containers that were ever on record here count.
  const ids = new Set<string>();
  const watcher = watch(containers, { persistent: false }, (_, entry) => {
    if (entry !== null) ids.add(entry.slice(0, 64));
  });
  return {
    directories,
    listLeftovers: () => [
      ...listContainerFiles(join(directories.root, "containers")),
      ...readFileSync("/proc/self/mountinfo", "utf8")
        .split("\n")
        .filter((line) => line.includes(base)),
    ],
    listImageIds: async () => (await ImageStore.open(directories).list()).map((image) => image.id),
    giveTo: async (uid) => {
      await chmod(base, 0o755);
      await promisify(execFile)("chown", ["-R", "-h", `${uid}:${uid}`, base]);
    },
    remove: async () => {
      watcher.close();
      await removeTree(base);
      const own = listCgroups().filter((path) => ids.has(path.slice(-64)));
      const stayed = await findStaying(own);
      if (stayed.length > 0) throw new Error(`cgroups were left: ${stayed.join(", ")}`);
    },
  };
}

function listContainerFiles(directory: string): string[] {
  try {
    const names = readdirSync(join(directory, "names"));
    return [...readdirSync(directory).filter((entry) => entry !== "names"), ...names];
  } catch {
    return [];
  }
}

/** Cgroups of containers below our own place, on v1 in each hierarchy. */
function listCgroups(): string[] {
  const { layout } = CgroupManager.open();
  const places =
    layout.version === 2
      ? [layout.hierarchy.mountPoint]
      : layout.hierarchies.map(({ ownDirectory }) => ownDirectory);
  return places.flatMap((place) =>
    listBelow(place)
      .filter((entry) => /[0-9a-f]{64}$/.test(entry))
      .map((entry) => join(place, entry)),
  );
}

/** A directory that goes meanwhile, of another Dockher, ends the whole walk: then it is walked again. */
function listBelow(place: string): string[] {
  for (;;) {
    try {
      return readdirSync(place, { recursive: true }).map(String);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Which of these cgroups nobody removes in the next seconds: where all is well there are none to wait for. */
async function findStaying(cgroups: string[]): Promise<string[]> {
  const deadline = Date.now() + 10_000;
  let staying = cgroups;
  while (staying.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    staying = staying.filter((path) => existsSync(path));
  }
  return staying;
}
