import type { Step } from "@dockher/ns";
import type { LinuxDevice } from "@dockher/spec";
import type { CompiledMounts } from "./compile-mounts.js";

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
  return [...steps, ...compileLinks()];
}

/**
 * The same where no node can be made, in a user namespace: the host's own, each checked to be the device that is meant.
 * @param firstSlot of as many as there are devices
 */
export function bindDevices(devices: readonly LinuxDevice[], firstSlot: number): CompiledMounts {
  const compiled: CompiledMounts = { beforePivot: [], afterPivot: [], slots: devices.length };
  for (const [index, { type, path, major = 0, minor = 0 }] of devices.entries()) {
    const slot = firstSlot + index;
    const device = { type: type === "b" ? ("b" as const) : ("c" as const), major, minor };
    compiled.beforePivot.push({ op: "open-tree", slot, source: path, recursive: false, device });
    compiled.afterPivot.push({ op: "move-mount", slot, target: path, createTarget: "file" });
  }
  compiled.afterPivot.push(...compileLinks());
  return compiled;
}

function compileLinks(): Step[] {
  return Object.entries(LINKS).map(([path, target]) => ({ op: "symlink", target, path }));
}
