import type { LinuxDeviceCgroup } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions, DeviceRule } from "../options.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

const LAST_NUMBER = 2 ** 32 - 1;

/**
 * Rules for devices by their numbers, behind those that every container has.
 * @throws RuntimeError `INVALID_DEVICE`, and where nothing filters devices `UNSUPPORTED`
 */
export function generateDeviceRules(
  { deviceRules = [], cgroups }: Pick<ContainerOptions, "cgroups" | "deviceRules">,
  userNamespace: UserNamespace["type"],
): LinuxDeviceCgroup[] {
  if (deviceRules.length > 0 && (cgroups === "disabled" || userNamespace === "rootless")) {
    throw new RuntimeError("failed to allow devices by number: nothing filters them here", {
      code: "UNSUPPORTED",
      hint: "a device that the container is given by its path is one that you may open",
    });
  }
  return deviceRules.map(generateRule);
}

function generateRule(rule: DeviceRule): LinuxDeviceCgroup {
  const { type, major, minor, access } = rule;
  const shown = `${type} ${major ?? "*"}:${minor ?? "*"} ${access}`;
  if (!/^(?!.*(.).*\1)[rwm]{1,3}$/.test(access)) {
    throw refuse(shown, `"${access}" is none of r, w and m`);
  }
  for (const number of [major, minor]) {
    if (number === undefined) continue;
    if (!Number.isInteger(number) || number < 0 || number > LAST_NUMBER) {
      throw refuse(shown, `${number} is no number of a device`);
    }
  }
  if (type !== "a") return { allow: true, ...rule };
  // To v1 this letter alone is every device, whatever stands behind it.
  if (major === undefined && minor === undefined && access.length === 3) {
    return { allow: true, access: "rwm" };
  }
  throw refuse(shown, "a is every device, and *:* rwm behind it");
}

function refuse(rule: string, reason: string): RuntimeError {
  return new RuntimeError(`failed to allow devices "${rule}": ${reason}`, {
    code: "INVALID_DEVICE",
    hint: 'name the type, numbers and access: "c 10:229 rwm"',
  });
}
