import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MODES } from "./modes.ts";
import type { Workshop } from "./workshop.ts";

/** Where the engines put their containers' cgroups, which some of them leave. */
const CGROUP = "dockher-compare";

/** Removes the cgroups that engines have left; systemd-nspawn has names of its own for them. */
export function removeCgroups(): void {
  const own = ["-path", `*/${CGROUP}*`, "-o", "-name", "payload", "-o", "-name", "supervisor"];
  const remove = ["-exec", "rmdir", "--ignore-fail-on-non-empty", "{}", ";"];
  const found = ["/sys/fs/cgroup", "-depth", "-type", "d", "(", ...own, ")"];
  execFileSync("find", [...found, ...remove], { stdio: "ignore" });
}

/** Something that runs containers, with its own defaults. */
export interface Engine {
  /** With its version. */
  name: string;
  /** The host's command that runs the arguments in the root filesystem, on a terminal where one is asked for. */
  describe(command: readonly string[], stdio: "pipes" | "terminal"): string[];
  stop?(): Promise<void>;
}

/** The engines that are installed here; `directory` is theirs. */
export async function openEngines(workshop: Workshop, directory: string): Promise<Engine[]> {
  mkdirSync(directory);
  const engines = [
    openDockher(workshop),
    await openDocker(workshop, directory),
    openPodman(workshop, directory),
    openBubblewrap(workshop),
    openNspawn(workshop),
  ];
  return engines.filter((engine) => engine !== undefined);
}

function readVersion(command: string, ...args: string[]): string | undefined {
  try {
    const text = execFileSync(command, args, { encoding: "utf8" });
    return /\d+(\.\d+)+/.exec(text)?.[0];
  } catch {
    return undefined;
  }
}

function openDockher(workshop: Workshop): Engine {
  const [mode] = MODES;
  if (mode === undefined) throw new TypeError("there are no modes");
  const inherit = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  return {
    name: "Dockher",
    describe: (command) => workshop.describeContainer(mode, { command: [...command], ...inherit }),
  };
}

/** A daemon of our own, which touches nothing of another one's. */
async function openDocker(workshop: Workshop, directory: string): Promise<Engine | undefined> {
  const version = readVersion("dockerd", "--version");
  const docker = ["/usr/bin/docker", "/usr/local/bin/docker"].find(existsSync);
  if (version === undefined || docker === undefined) return undefined;
  const place = (name: string): string => join(directory, `docker-${name}`);
  const host = `unix://${place("socket")}`;
  const daemon = spawn(
    "dockerd",
    [
      ...["--bridge=none", "--iptables=false", "--ip6tables=false", "-H", host],
      ...["data-root", "exec-root", "pidfile"].map((name) => `--${name}=${place(name)}`),
      ...["--storage-driver=vfs", `--cgroup-parent=/${CGROUP}`],
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  const client = [docker, "-H", host];
  await awaitDaemon(client);
  execFileSync("sh", [
    "-c",
    'tar -C "$0" -c . | "$@"',
    workshop.rootfs,
    ...client,
    "import",
    "-",
    "probe",
  ]);
  return {
    name: `Docker ${version}`,
    describe: (command, stdio) => [
      ...client,
      ...["run", "--rm", "--network=none", ...(stdio === "terminal" ? ["-it"] : []), "probe"],
      ...command,
    ],
    stop: async () => {
      daemon.kill("SIGTERM");
      await ended;
    },
  };
}

/** It tells nobody when it is ready. */
async function awaitDaemon(client: readonly string[]): Promise<void> {
  const [command = "", ...args] = client;
  for (let attempts = 100; attempts > 0; attempts--) {
    try {
      execFileSync(command, [...args, "version"], { stdio: "ignore" });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error("dockerd does not answer");
}

function openPodman({ rootfs }: Workshop, directory: string): Engine | undefined {
  const version = readVersion("podman", "--version");
  if (version === undefined) return undefined;
  const place = (name: string): string => join(directory, `podman-${name}`);
  // Without CAP_SYS_RESOURCE it cannot set the limits that it would set.
  const files = /^Max open files\s+\d+\s+(\d+)/m.exec(
    readFileSync("/proc/self/limits", "utf8"),
  )?.[1];
  // crun refuses machines that have controllers on v1 and a tree of v2 beside it.
  const runtime = existsSync("/usr/sbin/runc") ? ["--runtime=/usr/sbin/runc"] : [];
  return {
    name: `Podman ${version}`,
    describe: (command, stdio) => [
      // Nor does it start anything for a caller in real time, whom a cgroup of v1 does not take.
      ...[
        "chrt",
        "--other",
        "0",
        "podman",
        ...runtime,
        "--root",
        place("root"),
        "--runroot",
        place("runroot"),
      ],
      ...["--cgroup-manager=cgroupfs", "--events-backend=none", "run", "--rm", "--network=none"],
      ...[
        `--cgroup-parent=/${CGROUP}`,
        `--ulimit=nofile=1024:${Math.min(Number(files), 3000)}`,
        "--ulimit=nproc=10000:10000",
      ],
      ...(stdio === "terminal" ? ["-it"] : []),
      ...["--rootfs", rootfs, ...command],
    ],
    // It leaves its storage mounted on itself.
    stop: async () => void spawnSync("umount", [join(place("root"), "overlay")]),
  };
}

/** It has no defaults; this is what its manual's examples and those who embed it have in common. */
function openBubblewrap({ rootfs }: Workshop): Engine | undefined {
  const version = readVersion("bwrap", "--version");
  if (version === undefined) return undefined;
  return {
    name: `bubblewrap ${version}`,
    describe: (command) => [
      ...["bwrap", "--unshare-all", "--die-with-parent", "--bind", rootfs, "/"],
      ...["--proc", "/proc", "--dev", "/dev", ...command],
    ],
  };
}

function openNspawn({ rootfs }: Workshop): Engine | undefined {
  const version = readVersion("systemd-nspawn", "--version") ?? readSystemdVersion();
  if (version === undefined) return undefined;
  return {
    name: `systemd-nspawn ${version}`,
    describe: (command, stdio) => [
      ...["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "-D", rootfs],
      ...[stdio === "terminal" ? "--console=interactive" : "--console=pipe", ...command],
    ],
  };
}

/** "systemd 252 (252.39-1~deb12u2)" has no dot in the first number. */
function readSystemdVersion(): string | undefined {
  try {
    const text = execFileSync("systemd-nspawn", ["--version"], { encoding: "utf8" });
    return /systemd (\d+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}
