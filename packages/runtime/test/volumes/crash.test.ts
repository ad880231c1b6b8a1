import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ImageStore } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { run } from "../../src/run.ts";
import { listVolumes } from "../../src/volumes/list-volumes.ts";
import { removeVolume } from "../../src/volumes/remove-volume.ts";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";

const test = suite("volumes of a process that is killed");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP volumes of a process that is killed: ${obstacle}`);

let sandbox: Sandbox;
const FILES = 400;
test.before(async () => {
  sandbox = await makeSandbox();
  const image = await ImageStore.open(sandbox.directories).inspect("busybox");
  const content = join(image.layers[0] ?? "", "content");
  mkdirSync(content);
  for (let i = 0; i < FILES; i++) writeFileSync(join(content, `${i}`), Buffer.alloc(10_000, 1));
});
test.after(() => sandbox.remove());

const holder = fileURLToPath(new URL("./hold-volumes.ts", import.meta.url));

/** Starts a process that starts a container with volumes, and says when it runs. */
function hold(): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", holder], {
    env: { ...process.env, HOLD_DIRECTORIES: JSON.stringify(sandbox.directories) },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** How many files have been copied to a volume that is being filled. */
function countCopied(volumes: string): number {
  const names = existsSync(volumes) ? readdirSync(volumes) : [];
  const copies = names
    .map((name) => join(volumes, name, "copy"))
    .filter((path) => existsSync(path));
  return Math.max(-1, ...copies.map((path) => readdirSync(path).length));
}

/** There is no event for what another process does in a directory that is not there yet. */
async function awaitCopied(volumes: string, count: number, child: ChildProcess): Promise<void> {
  while (countCopied(volumes) < count && child.exitCode === null && !started.has(child)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const started = new Set<ChildProcess>();

for (const count of [-1, 0, 1, FILES / 2, FILES, Number.POSITIVE_INFINITY]) {
  test(`when ${count} of ${FILES} files are copied, leaves a volume that is empty or whole`, async () => {
    const { directories } = sandbox;
    const volumes = join(directories.root, "volumes");
    const child = hold();
    child.stdout?.on("data", () => started.add(child));
    await awaitCopied(volumes, count, child);
    child.kill("SIGKILL");
    await once(child, "exit");
    const { stdout } = await run({
      source: { image: "busybox" },
      directories,
      command: ["sh", "-c", "ls /content | wc -l; cat /content/[0-9]* | wc -c"],
      mounts: [{ type: "volume", source: "data", target: "/content" }],
    });
    // The holder's other volume may have made its mount point.
    const size = FILES * 10_000;
    assert.match(stdout.toString(), new RegExp(`^(${FILES}|${FILES + 1})\n${size}\n$`));
    const names = (await listVolumes({ directories })).map(({ name }) => name);
    assert.equal(names, ["data"]);
    assert.equal(sandbox.listLeftovers(), []);
    await removeVolume({ name: "data", directories });
    assert.equal(readdirSync(volumes), []);
  });
}

if (obstacle === undefined) test.run();
