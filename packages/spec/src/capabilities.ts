import { SpecError } from "./error.js";

/** Every capability of Linux 5.9 and later by its number: capabilities(7), include/uapi/linux/capability.h. */
export const CAPABILITIES: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_DAC_READ_SEARCH",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_LINUX_IMMUTABLE",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_BROADCAST",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_IPC_LOCK",
  "CAP_IPC_OWNER",
  "CAP_SYS_MODULE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_CHROOT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_PACCT",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_NICE",
  "CAP_SYS_RESOURCE",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG",
  "CAP_MKNOD",
  "CAP_LEASE",
  "CAP_AUDIT_WRITE",
  "CAP_AUDIT_CONTROL",
  "CAP_SETFCAP",
  "CAP_MAC_OVERRIDE",
  "CAP_MAC_ADMIN",
  "CAP_SYSLOG",
  "CAP_WAKE_ALARM",
  "CAP_BLOCK_SUSPEND",
  "CAP_AUDIT_READ",
  "CAP_PERFMON",
  "CAP_BPF",
  "CAP_CHECKPOINT_RESTORE",
];

/** The fourteen that Docker leaves to a container (moby, oci/caps/defaults.go). */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
];

/**
 * The full name of a capability written as `NET_RAW`, `cap_net_raw` or `CAP_NET_RAW`.
 * @throws SpecError `INVALID_CAPABILITY` where the kernel has none of that name.
 */
export function parseCapability(text: string): string {
  const upper = text.toUpperCase();
  const name = upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  if (!CAPABILITIES.includes(name)) {
    throw new SpecError(`failed to parse capability "${text}": Linux has none of that name`, {
      code: "INVALID_CAPABILITY",
      hint: "capabilities(7) lists them: NET_ADMIN, SYS_PTRACE, …, or ALL",
    });
  }
  return name;
}

export interface SelectCapabilitiesOptions {
  /** Names, or `ALL`. */
  add?: readonly string[];
  drop?: readonly string[];
  /** What can be given at all: `ALL` and `base` mean no more than this. Default every capability of Linux. */
  held?: readonly string[];
  /** What there is before. Default {@link DEFAULT_CAPABILITIES}. */
  base?: readonly string[];
}

/**
 * Docker's rule for `--cap-add` and `--cap-drop`: `ALL` on one side makes the names on the other its exceptions.
 * @throws SpecError `INVALID_CAPABILITY`; `CAPABILITY_NOT_HELD` for one that is added by name and cannot be given
 */
export function selectCapabilities(options: SelectCapabilitiesOptions): string[] {
  const add = parseList(options.add ?? []);
  const drop = parseList(options.drop ?? []);
  const held = new Set(options.held ?? CAPABILITIES);
  const lacking = add.names.find((name) => !held.has(name));
  if (lacking !== undefined) {
    throw new SpecError(
      `failed to add capability ${lacking}: this process does not have it itself`,
      {
        code: "CAPABILITY_NOT_HELD",
        hint: "leave it out, or run where root has all capabilities",
      },
    );
  }
  const selected = new Set(drop.all ? [] : (options.base ?? DEFAULT_CAPABILITIES));
  if (add.all) for (const name of CAPABILITIES) selected.add(name);
  for (const name of drop.names) selected.delete(name);
  for (const name of add.names) selected.add(name);
  return CAPABILITIES.filter((name) => selected.has(name) && held.has(name));
}

function parseList(names: readonly string[]): { all: boolean; names: string[] } {
  const isAll = (name: string): boolean => /^(?:CAP_)?ALL$/i.test(name);
  return {
    all: names.some(isAll),
    names: names.filter((name) => !isAll(name)).map(parseCapability),
  };
}
