import type { HostCheck } from "./host-report.js";
import { exists, type Machine, readField, readText } from "./machine.js";

/** mount_setattr(2), by which mounts are made read-only all the way down, came with Linux 5.12. */
const LEAST_KERNEL = [5, 12] as const;

export function checkKernel(release: string): HostCheck {
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = LEAST_KERNEL;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return {
    name: "kernel",
    status: enough ? "ok" : "missing",
    detail: `Linux ${release}`,
    ...(enough ? {} : { fix: `use Linux ${LEAST_KERNEL.join(".")} or newer` }),
  };
}

/** The calls that a start needs: an old kernel lacks them, and a seccomp filter around us refuses them. */
export function checkSystemCalls(missing: readonly string[]): HostCheck {
  const name = "system calls";
  if (missing.length === 0) return { name, status: "ok", detail: "all that a start needs" };
  return {
    name,
    status: "missing",
    detail: `refused to this process: ${missing.join(", ")}`,
    fix: "use Linux 5.12 or newer; inside another container, run that one with --security-opt seccomp=unconfined",
  };
}

const NAMESPACES = { pid: "PID", mnt: "NS", uts: "UTS", ipc: "IPC", net: "NET", cgroup: "CGROUP" };

/** One check for each namespace that a container has by default. */
export function checkNamespaces(machine: Machine): HostCheck {
  const absent = Object.entries(NAMESPACES).filter(
    ([name]) => !exists(machine, `/proc/self/ns/${name}`),
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

/** seccomp(2): the file is there where filters are. */
export function checkSeccomp(machine: Machine): HostCheck {
  const name = "seccomp";
  if (exists(machine, "/proc/sys/kernel/seccomp/actions_avail")) {
    return { name, status: "ok", detail: "system calls can be filtered" };
  }
  const mode = readField(machine, "/proc/self/status", "Seccomp") !== undefined;
  return {
    name,
    status: "limited",
    detail: "system calls cannot be filtered",
    fix: `use a kernel that is built with CONFIG_SECCOMP_FILTER${mode ? "" : " and CONFIG_SECCOMP"}`,
  };
}

export function checkOverlay(machine: Machine, refusal: string | undefined): HostCheck {
  const name = "overlay file system";
  if (refusal === undefined) {
    return { name, status: "ok", detail: "images are shared between containers" };
  }
  const there = /\toverlay$/m.test(readText(machine, "/proc/filesystems") ?? "");
  const limited = { name, status: "limited" } as const;
  if (!there) {
    const detail = "images cannot be used, only --rootfs: the kernel has none";
    return { ...limited, detail, fix: "sudo modprobe overlay" };
  }
  return {
    ...limited,
    detail: `images cannot be used, only --rootfs: ${refusal}`,
    fix:
      machine.uid === 0
        ? "look at the kernel's log: dmesg"
        : "use Linux 5.11 or newer, or run it as root",
  };
}
