import { DEFAULT_CAPABILITIES } from "./capabilities.js";
import type { Mount, Spec } from "./runtime-spec.js";

/** The version of the runtime specification that {@link Spec} follows. */
export const OCI_VERSION = "1.2.0";

/** Docker's search path (moby, oci/defaults.go and daemon/oci_linux.go). */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Docker's mounts, in the order in which they are made. */
export const DEFAULT_MOUNTS: readonly Mount[] = [
  { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
  {
    destination: "/dev",
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
  },
  {
    destination: "/dev/pts",
    type: "devpts",
    source: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
  },
  {
    destination: "/dev/shm",
    type: "tmpfs",
    source: "shm",
    options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
  },
  {
    destination: "/dev/mqueue",
    type: "mqueue",
    source: "mqueue",
    options: ["nosuid", "noexec", "nodev"],
  },
  {
    destination: "/sys",
    type: "sysfs",
    source: "sysfs",
    options: ["nosuid", "noexec", "nodev", "ro"],
  },
  {
    destination: "/sys/fs/cgroup",
    type: "cgroup",
    source: "cgroup",
    options: ["nosuid", "noexec", "nodev", "relatime", "ro"],
  },
];

/** What tells a container about its host or lets it change the host: Docker's newest list. */
export const DEFAULT_MASKED_PATHS: readonly string[] = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
];

export const DEFAULT_READONLY_PATHS: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/**
 * A container as Docker's defaults make it, in private namespaces, with no_new_privs, running `/bin/sh` as root.
 * The caller owns the result and changes it.
 */
export function createDefaultSpec(): Spec {
  const capabilities = [...DEFAULT_CAPABILITIES];
  return {
    ociVersion: OCI_VERSION,
    process: {
      user: { uid: 0, gid: 0, umask: 0o022 },
      args: ["/bin/sh"],
      env: [`PATH=${DEFAULT_PATH}`],
      cwd: "/",
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
        inheritable: [],
        ambient: [],
      },
      noNewPrivileges: true,
      oomScoreAdj: 0,
    },
    root: { path: "rootfs" },
    mounts: structuredClone([...DEFAULT_MOUNTS]),
    linux: {
      namespaces: [
        { type: "pid" },
        { type: "mount" },
        { type: "uts" },
        { type: "ipc" },
        { type: "cgroup" },
        { type: "network" },
      ],
      maskedPaths: [...DEFAULT_MASKED_PATHS],
      readonlyPaths: [...DEFAULT_READONLY_PATHS],
    },
  };
}
