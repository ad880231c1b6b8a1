import type { DeviceOption } from "@dockher/runtime";
import { UsageError } from "../error.js";

/**
 * Docker's `HOST[:PATH][:rwm]`; the runtime knows whether it is a device.
 * @throws UsageError `INVALID_DEVICE`
 */
export function parseDevice(text: string): DeviceOption {
  const [path = "", ...rest] = text.split(":");
  const last = rest.at(-1);
  const access = last !== undefined && /^[rwm]+$/.test(last) ? rest.pop() : undefined;
  const [target, ...more] = rest;
  if (path === "" || target === "" || more.length > 0) {
    throw new UsageError(`failed to parse --device "${text}"`, {
      code: "INVALID_DEVICE",
      hint: "write --device /dev/fuse, or /dev/sda:/dev/disk:r",
    });
  }
  return {
    path,
    ...(target === undefined ? {} : { target }),
    ...(access === undefined ? {} : { access }),
  };
}
