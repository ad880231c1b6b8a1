import { accessSync, constants, lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { LinuxDevice } from "@dockher/spec";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

/** Made anew for each container, so the host's own are not copied. */
const PRIVATE = new Set(["console", "fd", "mqueue", "ptmx", "pts", "shm"]);

/** The devices of a privileged container: the host's; without root, those that the caller may open. */
export function listDevices(userNamespace: UserNamespace["type"]): LinuxDevice[] {
  const devices = listHostDevices();
  return userNamespace === "host" ? devices : devices.filter(({ path }) => mayOpen(path));
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Every device node below the host's `/dev`, for a privileged container. */
export function listHostDevices(directory = "/dev"): LinuxDevice[] {
  const devices: LinuxDevice[] = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (directory === "/dev" && PRIVATE.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) devices.push(...listHostDevices(path));
    if (!entry.isCharacterDevice() && !entry.isBlockDevice()) continue;
    devices.push(describeDevice(path, lstatSync(path)));
  }
  return devices;
}

/** A node as the OCI specification has it. */
export function describeDevice(path: string, stats: Stats): LinuxDevice {
  const { rdev, mode, uid, gid } = stats;
  return {
    type: stats.isBlockDevice() ? "b" : "c",
    path,
    ...splitDeviceNumber(rdev),
    fileMode: mode & 0o7777,
    uid,
    gid,
  };
}

/** The layout of a device number in stat(2): glibc's gnu_dev_major and gnu_dev_minor. */
function splitDeviceNumber(rdev: number): { major: number; minor: number } {
  const number = BigInt(rdev);
  return {
    major: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn)),
    minor: Number((number & 0xffn) | ((number >> 12n) & ~0xffn)),
  };
}
