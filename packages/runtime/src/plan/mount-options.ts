import { MountAttribute, MountFlag } from "@dockher/ns";
import { RuntimeError } from "../error.js";

/** runtime-spec, config.md, "Linux mount options"; a `false` clears the flag. */
const FLAGS: Readonly<Record<string, { flag: number; set: boolean }>> = {
  async: { flag: MountFlag.MS_SYNCHRONOUS, set: false },
  atime: { flag: MountFlag.MS_NOATIME, set: false },
  defaults: { flag: 0, set: true },
  dev: { flag: MountFlag.MS_NODEV, set: false },
  diratime: { flag: MountFlag.MS_NODIRATIME, set: false },
  dirsync: { flag: MountFlag.MS_DIRSYNC, set: true },
  exec: { flag: MountFlag.MS_NOEXEC, set: false },
  lazytime: { flag: MountFlag.MS_LAZYTIME, set: true },
  loud: { flag: MountFlag.MS_SILENT, set: false },
  noatime: { flag: MountFlag.MS_NOATIME, set: true },
  nodev: { flag: MountFlag.MS_NODEV, set: true },
  nodiratime: { flag: MountFlag.MS_NODIRATIME, set: true },
  noexec: { flag: MountFlag.MS_NOEXEC, set: true },
  nolazytime: { flag: MountFlag.MS_LAZYTIME, set: false },
  norelatime: { flag: MountFlag.MS_RELATIME, set: false },
  nostrictatime: { flag: MountFlag.MS_STRICTATIME, set: false },
  nosuid: { flag: MountFlag.MS_NOSUID, set: true },
  relatime: { flag: MountFlag.MS_RELATIME, set: true },
  ro: { flag: MountFlag.MS_RDONLY, set: true },
  rw: { flag: MountFlag.MS_RDONLY, set: false },
  silent: { flag: MountFlag.MS_SILENT, set: true },
  strictatime: { flag: MountFlag.MS_STRICTATIME, set: true },
  suid: { flag: MountFlag.MS_NOSUID, set: false },
  sync: { flag: MountFlag.MS_SYNCHRONOUS, set: true },
};

const PROPAGATION: Readonly<Record<string, number>> = {
  private: MountFlag.MS_PRIVATE,
  rprivate: MountFlag.MS_PRIVATE | MountFlag.MS_REC,
  shared: MountFlag.MS_SHARED,
  rshared: MountFlag.MS_SHARED | MountFlag.MS_REC,
  slave: MountFlag.MS_SLAVE,
  rslave: MountFlag.MS_SLAVE | MountFlag.MS_REC,
  unbindable: MountFlag.MS_UNBINDABLE,
  runbindable: MountFlag.MS_UNBINDABLE | MountFlag.MS_REC,
};

export interface ParsedMountOptions {
  /** `MS_*` bits of mount(2), without bind and propagation. */
  flags: number;
  bind: "none" | "bind" | "rbind";
  /** Whether the ids of its files are mapped to the container's user namespace: `idmap`, `ridmap`. */
  idmap: boolean;
  /** `MS_PRIVATE` and the like with `MS_REC`; 0 where none is asked for. */
  propagation: number;
  /** What the file system itself reads, joined by commas. */
  data: string;
}

/**
 * Sorts OCI mount options into what mount(2) takes apart.
 * @throws RuntimeError `INVALID_MOUNT` for an option that holds a comma
 */
export function parseMountOptions(options: readonly string[]): ParsedMountOptions {
  const parsed: ParsedMountOptions = {
    flags: 0,
    bind: "none",
    idmap: false,
    propagation: 0,
    data: "",
  };
  const data: string[] = [];
  for (const option of options) {
    const known = FLAGS[option];
    const propagation = PROPAGATION[option];
    if (option === "bind" || option === "rbind") parsed.bind = option;
    else if (option === "idmap" || option === "ridmap") parsed.idmap = true;
    else if (known !== undefined) {
      parsed.flags = known.set ? parsed.flags | known.flag : parsed.flags & ~known.flag;
    } else if (propagation !== undefined) parsed.propagation |= propagation;
    else if (option.includes(",")) {
      throw new RuntimeError(`failed to parse mount option "${option}": it holds a comma`, {
        code: "INVALID_MOUNT",
      });
    } else data.push(option);
  }
  parsed.data = data.join(",");
  return parsed;
}

/** The attributes of mount_setattr(2) that the flags of mount(2) stand for. */
export function toMountAttributes(flags: number): number {
  let attributes =
    flags & (MountFlag.MS_RDONLY | MountFlag.MS_NOSUID | MountFlag.MS_NODEV | MountFlag.MS_NOEXEC);
  if (flags & MountFlag.MS_NOATIME) attributes |= MountAttribute.MOUNT_ATTR_NOATIME;
  if (flags & MountFlag.MS_STRICTATIME) attributes |= MountAttribute.MOUNT_ATTR_STRICTATIME;
  if (flags & MountFlag.MS_NODIRATIME) attributes |= MountAttribute.MOUNT_ATTR_NODIRATIME;
  return attributes;
}
