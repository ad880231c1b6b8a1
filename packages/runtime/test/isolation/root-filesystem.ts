import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORIES = ["bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr"];

/** Makes a root filesystem of the probe, of the probe as a setuid file and, where there is one, a static busybox. */
export function makeRootFilesystem(directory: string, probe: string): void {
  mkdirSync(directory);
  chmodSync(directory, 0o755);
  for (const name of DIRECTORIES) {
    mkdirSync(join(directory, name));
    chmodSync(join(directory, name), name === "tmp" ? 0o1777 : 0o755);
  }
  copyFileSync(probe, join(directory, "probe"));
  copyFileSync(probe, join(directory, "probe-setuid"));
  chmodSync(join(directory, "probe"), 0o755);
  chmodSync(join(directory, "probe-setuid"), 0o4755);
  writeFileSync(join(directory, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(directory, "etc/os-release"), "ID=probe\n");
  const busybox = ["/usr/bin/busybox", "/bin/busybox"].find(existsSync);
  if (busybox !== undefined) {
    copyFileSync(busybox, join(directory, "bin/sh"));
    chmodSync(join(directory, "bin/sh"), 0o755);
  }
}
