import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "../src/remove-tree.js";

/** A directory of a test's own, removed when the test ends. */
export async function makeTemporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "dockher-rootfs-"));
  return { path, [Symbol.asyncDispose]: () => removeTree(path) };
}
