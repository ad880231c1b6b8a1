import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import type { HostCheck } from "./host-report.js";

/** mount_setattr(2), by which mounts are made read-only all the way down, came with Linux 5.12. */
const LEAST_KERNEL = [5, 12] as const;

export function checkKernel(): HostCheck {
  const [major = 0, minor = 0] = release()
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = LEAST_KERNEL;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return {
    name: "kernel",
    status: enough ? "ok" : "missing",
    detail: `Linux ${release()}`,
    ...(enough ? {} : { fix: `use Linux ${LEAST_KERNEL.join(".")} or newer` }),
  };
}

const NAMESPACES = { pid: "PID", mnt: "NS", uts: "UTS", ipc: "IPC", net: "NET", cgroup: "CGROUP" };

/** One check for each namespace that a container has by default. */
export function checkNamespaces(): HostCheck {
  const absent = Object.entries(NAMESPACES).filter(
    ([name]) => !existsSync(`/proc/self/ns/${name}`),
  );
  if (absent.length === 0) {
    return { name: "namespaces", status: "ok", detail: "pid, mount, uts, ipc, network and cgroup" };
  }
  const options = absent.map(([, option]) => (option === "NS" ? "NAMESPACES" : `${option}_NS`));
  return {
    name: "namespaces",
    status: "missing",
    detail: `the kernel has no namespaces of type ${absent.map(([name]) => name).join(", ")}`,
    fix: `use a kernel that is built with CONFIG_${options.join(", CONFIG_")}`,
  };
}

export function checkOverlay(): HostCheck {
  const there = /\toverlay\n/.test(readFileSync("/proc/filesystems", "utf8"));
  const name = "overlay file system";
  if (there) return { name, status: "ok", detail: "images are shared between containers" };
  return {
    name,
    status: "limited",
    detail: "images cannot be used, only --rootfs",
    fix: "modprobe overlay",
  };
}

export function checkPrivilege(): HostCheck {
  const root = process.geteuid?.() === 0;
  return {
    name: "privilege",
    status: root ? "ok" : "missing",
    detail: root ? "running as root" : "running without root, which this version cannot do yet",
    ...(root ? {} : { fix: "run it with sudo" }),
  };
}
