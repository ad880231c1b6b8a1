/** Makes an image and starts a container in DIRECTORY, with the image there and the disk full where FILL is set, and prints how that failed and what it left. */
import { closeSync, openSync, readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, ImageStore } from "@dockher/rootfs";
import { run } from "../src/run.ts";

const base = process.env.DIRECTORY ?? "/nonexistent";
const directories = { root: join(base, "root"), cache: join(base, "cache") };
if (process.env.FILL !== undefined) {
  await bootstrap({ image: "busybox", store: ImageStore.open(directories) });
}
const filling = join(base, "filling");
if (process.env.FILL !== undefined) fillDisk();

const error = await run({ source: { image: "busybox" }, directories, command: ["true"] }).then(
  () => ({ code: "it ran", message: "" }),
  (reason) => reason,
);
if (process.env.FILL !== undefined) unlinkSync(filling);
const left = ["containers", "images/stage", "images/trash"]
  .flatMap((place) => listDirectory(join(directories.root, place)))
  .filter((entry) => entry !== "names");
process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message, left })}\n`);

function fillDisk(): void {
  const fd = openSync(filling, "w");
  try {
    for (let size = 65536; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeSync(fd, Buffer.alloc(size));
      } catch {
        // Full for this size; try a smaller one.
      }
    }
  } finally {
    closeSync(fd);
  }
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
