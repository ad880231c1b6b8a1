import { chmodSync, closeSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Cgroup, CgroupManager } from "@dockher/cgroup";
import { type LaunchedProcess, launch, MountFlag, type Plan, park, type Step } from "@dockher/ns";
import { ImageStore } from "@dockher/rootfs";

const { MS_BIND, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC } = MountFlag;

/** Copies the image's tree to a directory; its owners do not matter. */
export async function makeRootfs(directory: string): Promise<string> {
  const store = ImageStore.open({ root: join(directory, "root"), cache: join(directory, "cache") });
  const { layers } = await store.inspect("busybox");
  const rootfs = join(directory, `rootfs-${process.pid}`);
  // For the ids of a user namespace.
  chmodSync(directory, 0o711);
  for (const layer of layers) cpSync(layer, rootfs, { recursive: true, verbatimSymlinks: true });
  return rootfs;
}

const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
/** BPF_RET | BPF_K, SECCOMP_RET_ALLOW. */
const allowAll = new Uint8Array(new Uint32Array([0x06, 0x7fff_0000]).buffer);

/** All that the way through the static helper can do: a user namespace, a console, each kind of step. */
function makePlan(rootfs: string, script: string): Plan {
  const dev: Step[] = [
    {
      op: "mount",
      source: "dev",
      target: "/dev",
      fstype: "tmpfs",
      flags: MS_NOSUID,
      data: "mode=755",
    },
    {
      op: "mount",
      source: "devpts",
      target: "/dev/pts",
      fstype: "devpts",
      flags: MS_NOSUID | MS_NOEXEC,
      data: "newinstance,ptmxmode=0666",
      createTarget: "directory",
    },
    { op: "move-mount", slot: 1, target: "/dev/null", createTarget: "file" },
    { op: "symlink", target: "/proc/self/fd", path: "/dev/fd" },
    { op: "mkdir", path: "/dev/work/deep", mode: 0o700 },
    { op: "chmod", path: "/dev/work", mode: 0o711 },
    { op: "chown", path: "/dev/work", uid: 7, gid: 8 },
    { op: "console", rows: 30, columns: 100, uid: 0, device: "/dev/console" },
  ];
  return {
    args: ["sh", "-c", script],
    env: ["PATH=/bin"],
    namespaces: (["user", "pid", "mount", "uts", "ipc", "network", "cgroup"] as const).map(
      (type) => ({ type }),
    ),
    uidMappings: mappings,
    gidMappings: mappings,
    setgroups: "allow",
    oomScoreAdj: 100,
    init: true,
    stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "pipe" }],
    steps: [
      // Nobody's files can be made before the ids are those of the map.
      { op: "gid", gid: 0 },
      { op: "uid", uid: 0, keepCapabilities: true },
      { op: "create-mount", slot: 0, fstype: "proc", attributes: 14 },
      { op: "create-mount", slot: 2, fstype: "tmpfs", options: [["size", "64k"]], attributes: 2 },
      { op: "open-tree", slot: 1, source: "/dev/null", recursive: false },
      { op: "set-mount-attributes", slot: 1, set: 2, clear: 0, recursive: false },
      { op: "mount", target: "/", flags: MS_PRIVATE | MS_REC },
      { op: "mount", source: rootfs, target: rootfs, flags: MS_BIND | MS_REC },
      { op: "pivot-root", newRoot: rootfs },
      { op: "move-mount", slot: 0, target: "/proc", symlinks: "refuse" },
      { op: "move-mount", slot: 2, target: "/tmp" },
      ...dev,
      { op: "hostname", name: "own" },
      { op: "domainname", name: "memory" },
      { op: "loopback-up" },
      { op: "sysctl", name: "net/ipv4/ip_unprivileged_port_start", value: "80" },
      { op: "read-only", path: "/proc/sys" },
      { op: "mask", path: "/proc/interrupts" },
      { op: "mask", path: "/proc/fs" },
      { op: "rlimit", type: "RLIMIT_NOFILE", soft: 50, hard: 60 },
      { op: "bounding", keep: 0x401n },
      { op: "groups", gids: [1, 2] },
      { op: "gid", gid: 3 },
      { op: "uid", uid: 4, keepCapabilities: true },
      {
        op: "capabilities",
        effective: 0x400n,
        permitted: 0x400n,
        inheritable: 0x400n,
        ambient: 0x400n,
      },
      { op: "no-new-privileges" },
      { op: "chdir", path: "/dev/work" },
      { op: "seccomp", program: allowAll },
    ],
  };
}

function attach({ attachment }: Cgroup): Pick<Plan, "cgroups"> {
  return attachment.version === 2
    ? { cgroups: { version: 2, path: attachment.directory } }
    : { cgroups: { version: 1, procs: attachment.procsFiles } };
}

let count = 0;

async function makeCgroup(): Promise<Cgroup> {
  count += 1;
  return await CgroupManager.open().create({
    name: `fault-${process.pid}-${count}`,
    resources: { pids: { limit: 40 } },
  });
}

async function readOutput(started: LaunchedProcess): Promise<string> {
  const [printed] = await Promise.all([
    started.stdout === undefined ? "" : text(started.stdout),
    started.stderr === undefined ? "" : text(started.stderr),
    started.exited,
  ]);
  return printed;
}

/** A parked process in a user namespace, released and run to its end. */
export async function startParked(rootfs: string, script: string): Promise<string> {
  await using cgroup = await makeCgroup();
  await using parked = await park({ ...makePlan(rootfs, script), ...attach(cgroup) });
  await using started = await parked.release();
  const printed = await readOutput(started);
  // Not before: that would hang up on the command.
  if (started.console !== undefined) closeSync(started.console);
  return printed;
}

const types = ["pid", "mount", "uts", "ipc", "network"] as const;
const none = { kind: "null" } as const;

/** A container that runs as long as this process, to be entered. */
export async function holdContainer(rootfs: string): Promise<LaunchedProcess> {
  const { uidMappings: _uids, gidMappings: _gids, ...plan } = makePlan(rootfs, "sleep 1000");
  return await launch({
    ...plan,
    namespaces: types.map((type) => ({ type })),
    steps: plan.steps.slice(2, 11),
    stdio: [none, none, none],
    init: false,
  });
}

/** Field 22 of proc(5)'s stat; the name before it, in parentheses, is `sleep`. */
function readStartTicks(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[21]);
}

/** A process that enters a running container, as `exec` does. */
export async function enterContainer(held: LaunchedProcess, script: string): Promise<string> {
  await using cgroup = await makeCgroup();
  await using entered = await launch({
    args: ["sh", "-c", script],
    env: ["PATH=/bin"],
    namespaces: [
      ...types.map((type) => ({ type, of: "container" as const })),
      { type: "cgroup" as const },
    ],
    container: { pid: held.pid, startTicks: readStartTicks(held.pid) },
    ...attach(cgroup),
    stdio: [none, { kind: "pipe" }, { kind: "pipe" }],
    steps: [
      { op: "groups", gids: [] },
      { op: "uid", uid: 0, keepCapabilities: false },
      { op: "no-new-privileges" },
      { op: "chdir", path: "/tmp" },
    ],
  });
  return await readOutput(entered);
}
