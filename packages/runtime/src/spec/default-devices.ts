import type { LinuxDevice, LinuxDeviceCgroup } from "@dockher/spec";

/** The nodes that every container has: runtime-spec, config-linux.md, "Default Devices". */
export const DEFAULT_DEVICES: readonly LinuxDevice[] = [
  { type: "c", path: "/dev/null", major: 1, minor: 3, fileMode: 0o666 },
  { type: "c", path: "/dev/zero", major: 1, minor: 5, fileMode: 0o666 },
  { type: "c", path: "/dev/full", major: 1, minor: 7, fileMode: 0o666 },
  { type: "c", path: "/dev/random", major: 1, minor: 8, fileMode: 0o666 },
  { type: "c", path: "/dev/urandom", major: 1, minor: 9, fileMode: 0o666 },
  { type: "c", path: "/dev/tty", major: 5, minor: 0, fileMode: 0o666 },
];

/**
 * What may be opened: nothing but the default nodes, the console and pseudo-terminals. Any node may be made (`m`),
 * as Docker allows: it cannot be opened.
 */
export const DEFAULT_DEVICE_RULES: readonly LinuxDeviceCgroup[] = [
  { allow: false, access: "rwm" },
  { allow: true, type: "c", access: "m" },
  { allow: true, type: "b", access: "m" },
  ...DEFAULT_DEVICES.map(
    ({ major, minor }): LinuxDeviceCgroup => ({
      allow: true,
      type: "c",
      access: "rwm",
      ...(major === undefined ? {} : { major }),
      ...(minor === undefined ? {} : { minor }),
    }),
  ),
  { allow: true, type: "c", major: 5, minor: 1, access: "rwm" },
  { allow: true, type: "c", major: 5, minor: 2, access: "rwm" },
  { allow: true, type: "c", major: 136, access: "rwm" },
];

/** What a privileged container may do: everything. */
export const ALL_DEVICE_RULES: readonly LinuxDeviceCgroup[] = [{ allow: true, access: "rwm" }];
