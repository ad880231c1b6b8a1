import type { DeviceRule } from "@dockher/runtime";
import { UsageError } from "../error.js";

/**
 * Docker's `--device-cgroup-rule "TYPE MAJOR:MINOR ACCESS"`, where `*` is every number.
 * @throws UsageError `INVALID_DEVICE`
 */
export function parseDeviceRule(text: string): DeviceRule {
  const match = /^([acb]) (\d{1,10}|\*):(\d{1,10}|\*) ([rwm]{1,3})$/.exec(text);
  if (match === null) {
    throw new UsageError(`failed to parse --device-cgroup-rule "${text}"`, {
      code: "INVALID_DEVICE",
      hint: 'write --device-cgroup-rule "c 10:229 rwm"',
    });
  }
  const [, type = "", major = "", minor = "", access = ""] = match;
  return {
    type: type as DeviceRule["type"],
    ...(major === "*" ? {} : { major: Number(major) }),
    ...(minor === "*" ? {} : { minor: Number(minor) }),
    access,
  };
}

/** As it is written on the command line. */
export function formatDeviceRule({ type, major, minor, access }: DeviceRule): string {
  return `${type} ${major ?? "*"}:${minor ?? "*"} ${access}`;
}
