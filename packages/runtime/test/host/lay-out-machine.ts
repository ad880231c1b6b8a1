import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Machine } from "../../src/host/machine.js";

export interface LaidOutMachine extends Machine, Disposable {}

/** A machine of these files in a temporary directory; programs get mode 0755, or what is given. */
export function layOutMachine(
  files: Readonly<Record<string, string>>,
  { uid = 1000, programs = {} as Readonly<Record<string, number>> } = {},
): LaidOutMachine {
  const root = mkdtempSync(join(tmpdir(), "dockher-host-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  for (const [name, mode] of Object.entries(programs)) {
    write(`/usr/bin/${name}`, "");
    chmodSync(`${root}/usr/bin/${name}`, mode);
  }
  return {
    root,
    uid,
    path: "/usr/bin",
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}
