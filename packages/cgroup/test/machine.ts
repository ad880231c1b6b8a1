import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A machine laid out in a temporary directory, for the `root` option. */
export interface Machine extends Disposable {
  root: string;
  /** All paths below a directory of it, sorted. */
  list(directory: string): string[];
}

export interface MachineOptions {
  mountinfo: readonly string[];
  cgroup: readonly string[];
  files?: Readonly<Record<string, string>>;
}

export function makeMachine({ mountinfo, cgroup, files = {} }: MachineOptions): Machine {
  const root = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
  const all = {
    "/proc/self/mountinfo": `${mountinfo.join("\n")}\n`,
    "/proc/self/cgroup": `${cgroup.join("\n")}\n`,
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
  }
  return {
    root,
    list: (directory) =>
      readdirSync(root + directory, { recursive: true })
        .map(String)
        .sort(),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The files of a v2 cgroup; without `type` it is the root of the whole hierarchy. */
export function v2Files(
  directory: string,
  { controllers = "cpuset cpu io memory pids", procs = "", type = true } = {},
): Record<string, string> {
  return {
    [`${directory}/cgroup.controllers`]: `${controllers}\n`,
    [`${directory}/cgroup.subtree_control`]: "\n",
    [`${directory}/cgroup.procs`]: procs,
    ...(type ? { [`${directory}/cgroup.type`]: "domain\n" } : {}),
  };
}

/** A v1 mount of a hierarchy. */
export function v1Mount(names: string, { root = "/", options = "rw,relatime" } = {}): string {
  return `32 31 0:29 ${root} /sys/fs/cgroup/${names} ${options} shared:9 - cgroup cgroup rw,${names}`;
}

export const V2_MOUNT = "27 23 0:23 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw";

/** cgroup v2 as systemd lays it out, this process in a service. */
export function makeV2Machine(): Machine {
  return makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/system.slice/app.service"],
    files: {
      ...v2Files("/sys/fs/cgroup", { type: false, procs: "2\n" }),
      ...v2Files("/sys/fs/cgroup/system.slice", { controllers: "memory pids" }),
      ...v2Files("/sys/fs/cgroup/system.slice/app.service", {
        controllers: "memory pids",
        procs: "9\n",
      }),
    },
  });
}

/** cgroup v1 with comounted controllers, and memory limited from outside. */
export function makeV1Machine(options = "rw,relatime"): Machine {
  return makeMachine({
    mountinfo: ["cpu,cpuacct", "memory", "pids", "freezer"].map((names) =>
      v1Mount(names, { options }),
    ),
    cgroup: ["5:name=systemd:/x", "4:memory:/outer", "3:freezer:/", "2:pids:/", "1:cpu,cpuacct:/"],
    files: Object.fromEntries(
      ["cpu,cpuacct", "memory/outer", "pids", "freezer"].map((path) => [
        `/sys/fs/cgroup/${path}/cgroup.procs`,
        "",
      ]),
    ),
  });
}
