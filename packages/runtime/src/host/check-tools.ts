import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { HostCheck } from "./host-report.js";

/** What makes Debian and Ubuntu images; fetched privately by apt where it is not installed. */
export function checkBootstrap(): HostCheck {
  const name = "image bootstrap";
  if (hasProgram("debootstrap") || hasProgram("mmdebstrap")) {
    return { name, status: "ok", detail: "debootstrap or mmdebstrap is installed" };
  }
  if (hasProgram("apt-get") && hasProgram("dpkg-deb")) {
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

export function checkCompression(): HostCheck {
  const there = hasProgram("zstd");
  return {
    name: "image cache",
    status: "ok",
    detail: there ? "compressed by zstd" : "compressed by gzip; zstd would be faster",
    ...(there ? {} : { fix: "apt-get install zstd" }),
  };
}

function hasProgram(program: string): boolean {
  const directories = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`;
  return directories.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return directory !== "";
    } catch {
      return false;
    }
  });
}
