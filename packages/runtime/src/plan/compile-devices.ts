import type { Step } from "@dockher/ns";
import type { LinuxDevice } from "@dockher/spec";

/** The file type bits of mknod(2). */
const FILE_TYPES = { c: 0o020000, u: 0o020000, b: 0o060000, p: 0o010000 } as const;

/** runtime-spec, config-linux.md, "Default Devices" and runtime-linux.md, "Dev symbolic links". */
const LINKS = {
  "/dev/fd": "/proc/self/fd",
  "/dev/stdin": "/proc/self/fd/0",
  "/dev/stdout": "/proc/self/fd/1",
  "/dev/stderr": "/proc/self/fd/2",
  "/dev/ptmx": "pts/ptmx",
} as const;

/** The nodes and links of `/dev`, which is a file system of the container's own by now. */
export function compileDevices(devices: readonly LinuxDevice[]): Step[] {
  const steps: Step[] = [];
  for (const device of devices) {
    const { type, path, major = 0, minor = 0, fileMode = 0o666, uid = 0, gid = 0 } = device;
    steps.push({ op: "mknod", path, mode: FILE_TYPES[type] | fileMode, major, minor });
    if (uid !== 0 || gid !== 0) steps.push({ op: "chown", path, uid, gid });
  }
  for (const [path, target] of Object.entries(LINKS)) {
    steps.push({ op: "symlink", target, path });
  }
  return steps;
}
