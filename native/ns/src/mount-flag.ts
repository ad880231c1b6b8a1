/** linux/mount.h, for the step `mount`. */
export const MountFlag: {
  readonly MS_RDONLY: 1;
  readonly MS_NOSUID: 2;
  readonly MS_NODEV: 4;
  readonly MS_NOEXEC: 8;
  readonly MS_SYNCHRONOUS: 16;
  readonly MS_REMOUNT: 32;
  readonly MS_DIRSYNC: 128;
  readonly MS_NOSYMFOLLOW: 256;
  readonly MS_NOATIME: 1024;
  readonly MS_NODIRATIME: 2048;
  readonly MS_BIND: 4096;
  readonly MS_REC: 16384;
  readonly MS_SILENT: 32768;
  readonly MS_UNBINDABLE: 0x20000;
  readonly MS_PRIVATE: 0x40000;
  readonly MS_SLAVE: 0x80000;
  readonly MS_SHARED: 0x100000;
  readonly MS_RELATIME: 0x200000;
  readonly MS_STRICTATIME: 0x1000000;
  readonly MS_LAZYTIME: 0x2000000;
} = {
  MS_RDONLY: 1,
  MS_NOSUID: 2,
  MS_NODEV: 4,
  MS_NOEXEC: 8,
  MS_SYNCHRONOUS: 16,
  MS_REMOUNT: 32,
  MS_DIRSYNC: 128,
  MS_NOSYMFOLLOW: 256,
  MS_NOATIME: 1024,
  MS_NODIRATIME: 2048,
  MS_BIND: 4096,
  MS_REC: 16384,
  MS_SILENT: 32768,
  MS_UNBINDABLE: 0x20000,
  MS_PRIVATE: 0x40000,
  MS_SLAVE: 0x80000,
  MS_SHARED: 0x100000,
  MS_RELATIME: 0x200000,
  MS_STRICTATIME: 0x1000000,
  MS_LAZYTIME: 0x2000000,
};

/** linux/mount.h, for `create-mount` and `set-mount-attributes`. The access time is one choice of four. */
export const MountAttribute: {
  readonly MOUNT_ATTR_RDONLY: 1;
  readonly MOUNT_ATTR_NOSUID: 2;
  readonly MOUNT_ATTR_NODEV: 4;
  readonly MOUNT_ATTR_NOEXEC: 8;
  readonly MOUNT_ATTR__ATIME: 0x70;
  readonly MOUNT_ATTR_RELATIME: 0;
  readonly MOUNT_ATTR_NOATIME: 0x10;
  readonly MOUNT_ATTR_STRICTATIME: 0x20;
  readonly MOUNT_ATTR_NODIRATIME: 0x80;
  readonly MOUNT_ATTR_NOSYMFOLLOW: 0x200000;
} = {
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOEXEC: 8,
  MOUNT_ATTR__ATIME: 0x70,
  MOUNT_ATTR_RELATIME: 0,
  MOUNT_ATTR_NOATIME: 0x10,
  MOUNT_ATTR_STRICTATIME: 0x20,
  MOUNT_ATTR_NODIRATIME: 0x80,
  MOUNT_ATTR_NOSYMFOLLOW: 0x200000,
};
