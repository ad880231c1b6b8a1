import { spawnSync } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeTree } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle } from "./sandbox.ts";

const test = suite("a host that refuses");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP a host that refuses: ${obstacle}`);

const starter = fileURLToPath(new URL("./start-and-report.ts", import.meta.url));

/** Starts a container in a mount namespace that a script has changed; returns the error that it ends with. */
async function startAfter(
  script: string,
): Promise<{ code: string; message: string; left: string[] }> {
  const directory = await mkdtemp(join(tmpdir(), "dockher-refused-"));
  try {
    const { stdout, stderr } = spawnSync(
      "unshare",
      ["--mount", "sh", "-c", `${script}; exec "$0" --import tsx "$1"`, process.execPath, starter],
      { env: { ...process.env, DIRECTORY: directory }, encoding: "utf8" },
    );
    const line = stdout.trim().split("\n").at(-1) ?? "";
    assert.ok(line.startsWith("{"), stderr);
    return JSON.parse(line);
  } finally {
    await removeTree(directory);
  }
}

test("no space left is told, and nothing stays", async () => {
  const { code, message, left } = await startAfter(
    'mount -t tmpfs -o size=4m tmpfs "$DIRECTORY"; export FILL=1',
  );
  assert.is(code, "CREATE_FAILED");
  assert.match(message, /no space left on device/);
  assert.equal(left, []);
});

const sizes = process.env["WITH_CGROUP_V2"] === undefined ? ["16k", "1m", "2200k"] : ["1m"];

test("a disk that is too small for the image or the container is told, and nothing stays", async () => {
  const codes = new Set<string>();
  for (const size of sizes) {
    const { code, message, left } = await startAfter(
      `mount -t tmpfs -o size=${size} tmpfs "$DIRECTORY"`,
    );
    codes.add(code);
    if (code !== "it ran") assert.match(message, /^failed to .*(no space left|ENOSPC)/, size);
    assert.equal(left, [], size);
  }
  assert.ok([...codes].some((code) => code !== "it ran"));
});

test("no control groups are told", async () => {
  const { code, left } = await startAfter("umount -R /sys/fs/cgroup");
  assert.is(code, "CGROUP_UNAVAILABLE");
  assert.equal(left, []);
});

test("read-only control groups are told", async () => {
  const { code, left } = await startAfter(
    "for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,ro $mount 2>/dev/null; done",
  );
  assert.is(code, "CGROUP_READ_ONLY");
  assert.equal(left, []);
});

if (obstacle === undefined) test.run();
