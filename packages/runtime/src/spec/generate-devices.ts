import { lstatSync, type Stats } from "node:fs";
import { isAbsolute } from "node:path";
import type { LinuxDevice, LinuxDeviceCgroup } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { DeviceOption } from "../options.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { describeDevice } from "./host-devices.js";

export interface GeneratedDevices {
  devices: LinuxDevice[];
  rules: LinuxDeviceCgroup[];
}

/**
 * Nodes for devices of the host, and the rules that let the container use them and no others.
 * @throws RuntimeError `INVALID_DEVICE`, `DEVICE_NOT_FOUND`
 */
export function generateDevices(
  options: readonly DeviceOption[],
  userNamespace: UserNamespace["type"],
): GeneratedDevices {
  const generated: GeneratedDevices = { devices: [], rules: [] };
  for (const { path, target = path, access = "rwm" } of options) {
    if (![path, target].every((name) => isAbsolute(name))) throw refuse(path, "it is not absolute");
    if (!/^(?!.*(.).*\1)[rwm]{1,3}$/.test(access)) {
      throw refuse(path, `"${access}" is none of r, w and m`);
    }
    if (!target.startsWith("/dev/")) throw refuse(path, "inside it must lie below /dev");
    if (userNamespace !== "host" && target !== path) {
      throw refuse(path, "in a user namespace it is the host's own node, and keeps its name");
    }
    const device = describeDevice(path, readNode(path));
    const { type, major, minor } = device;
    generated.devices.push({ ...device, path: target });
    generated.rules.push({
      allow: true,
      type: type === "b" ? "b" : "c",
      ...(major === undefined ? {} : { major }),
      ...(minor === undefined ? {} : { minor }),
      access,
    });
  }
  return generated;
}

function readNode(path: string): Stats {
  let stats: Stats;
  try {
    stats = lstatSync(path);
  } catch (cause) {
    throw new RuntimeError(`failed to add device ${path}: it is not there`, {
      code: "DEVICE_NOT_FOUND",
      cause,
    });
  }
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return stats;
  throw refuse(path, "it is no device");
}

function refuse(path: string, reason: string): RuntimeError {
  return new RuntimeError(`failed to add device ${path}: ${reason}`, { code: "INVALID_DEVICE" });
}
