import { RuntimeError } from "../error.js";

/** mount(2), include/uapi/linux/mount.h. */
export const MS = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  SYNCHRONOUS: 0x10,
  REMOUNT: 0x20,
  MANDLOCK: 0x40,
  DIRSYNC: 0x80,
  NOATIME: 0x400,
  NODIRATIME: 0x800,
  BIND: 0x1000,
  REC: 0x4000,
  SILENT: 0x8000,
  UNBINDABLE: 0x20000,
  PRIVATE: 0x40000,
  SLAVE: 0x80000,
  SHARED: 0x100000,
  RELATIME: 0x200000,
  STRICTATIME: 0x1000000,
  LAZYTIME: 0x2000000,
} as const;

/** mount_setattr(2): the attributes of one mount rather than of its file system. */
export const MOUNT_ATTR = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  /** A field of three bits; NOATIME and STRICTATIME are values of it. */
  ATIME: 0x70,
  RELATIME: 0x0,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
} as const;

/** runtime-spec, config.md, "Linux mount options"; a `false` clears the flag. */
const FLAGS: Readonly<Record<string, { flag: number; set: boolean }>> = {
  async: { flag: MS.SYNCHRONOUS, set: false },
  atime: { flag: MS.NOATIME, set: false },
  defaults: { flag: 0, set: true },
  dev: { flag: MS.NODEV, set: false },
  diratime: { flag: MS.NODIRATIME, set: false },
  dirsync: { flag: MS.DIRSYNC, set: true },
  exec: { flag: MS.NOEXEC, set: false },
  lazytime: { flag: MS.LAZYTIME, set: true },
  loud: { flag: MS.SILENT, set: false },
  mand: { flag: MS.MANDLOCK, set: true },
  noatime: { flag: MS.NOATIME, set: true },
  nodev: { flag: MS.NODEV, set: true },
  nodiratime: { flag: MS.NODIRATIME, set: true },
  noexec: { flag: MS.NOEXEC, set: true },
  nolazytime: { flag: MS.LAZYTIME, set: false },
  nomand: { flag: MS.MANDLOCK, set: false },
  norelatime: { flag: MS.RELATIME, set: false },
  nostrictatime: { flag: MS.STRICTATIME, set: false },
  nosuid: { flag: MS.NOSUID, set: true },
  relatime: { flag: MS.RELATIME, set: true },
  ro: { flag: MS.RDONLY, set: true },
  rw: { flag: MS.RDONLY, set: false },
  silent: { flag: MS.SILENT, set: true },
  strictatime: { flag: MS.STRICTATIME, set: true },
  suid: { flag: MS.NOSUID, set: false },
  sync: { flag: MS.SYNCHRONOUS, set: true },
};

const PROPAGATION: Readonly<Record<string, number>> = {
  private: MS.PRIVATE,
  rprivate: MS.PRIVATE | MS.REC,
  shared: MS.SHARED,
  rshared: MS.SHARED | MS.REC,
  slave: MS.SLAVE,
  rslave: MS.SLAVE | MS.REC,
  unbindable: MS.UNBINDABLE,
  runbindable: MS.UNBINDABLE | MS.REC,
};

export interface ParsedMountOptions {
  /** `MS_*` bits of mount(2), without bind and propagation. */
  flags: number;
  bind: "none" | "bind" | "rbind";
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
  const parsed: ParsedMountOptions = { flags: 0, bind: "none", propagation: 0, data: "" };
  const data: string[] = [];
  for (const option of options) {
    const known = FLAGS[option];
    const propagation = PROPAGATION[option];
    if (option === "bind" || option === "rbind") parsed.bind = option;
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
  let attributes = flags & (MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC);
  if (flags & MS.NOATIME) attributes |= MOUNT_ATTR.NOATIME;
  if (flags & MS.STRICTATIME) attributes |= MOUNT_ATTR.STRICTATIME;
  if (flags & MS.NODIRATIME) attributes |= MOUNT_ATTR.NODIRATIME;
  return attributes;
}
