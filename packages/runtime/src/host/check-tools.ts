import type { HostCheck } from "./host-report.js";
import { findProgram, type Machine } from "./machine.js";

/** What makes Debian and Ubuntu images; fetched privately by apt where it is not installed. */
export function checkBootstrap(machine: Machine): HostCheck {
  const name = "image bootstrap";
  if (findProgram(machine, "debootstrap") || findProgram(machine, "mmdebstrap")) {
    return { name, status: "ok", detail: "debootstrap or mmdebstrap is installed" };
  }
  if (findProgram(machine, "apt-get") && findProgram(machine, "dpkg-deb")) {
    return {
      name,
      status: "ok",
      detail: "a private debootstrap is fetched by apt when it is needed",
    };
  }
  return {
    name,
    status: "limited",
    detail: "there is neither debootstrap nor apt",
    fix: "install debootstrap, or use --rootfs",
  };
}

export function checkCompression(machine: Machine): HostCheck {
  const there = findProgram(machine, "zstd") !== undefined;
  return {
    name: "image cache",
    status: "ok",
    detail: there ? "compressed by zstd" : "compressed by gzip; zstd would be faster",
    ...(there ? {} : { fix: "apt-get install zstd" }),
  };
}
