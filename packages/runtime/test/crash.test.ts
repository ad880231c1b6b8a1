import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryLock } from "@dockher/ns";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { run } from "../src/run.ts";
import { findImageUsers } from "../src/state/find-image-users.ts";
import { findIdmapObstacle, findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

const test = suite("a process that is killed");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP a process that is killed: ${obstacle}`);

let sandbox: Sandbox;
test.before(async () => {
  sandbox = await makeSandbox();
});
test.after(() => sandbox.remove());

const holders = new Set<ChildProcess>();
test.after.each(() => {
  for (const child of holders) child.kill("SIGKILL");
  holders.clear();
});

const holder = fileURLToPath(new URL("./hold-container.ts", import.meta.url));

/** Starts a process that starts a container and stays; resolves to both pids. */
async function hold(
  name: string,
  userns = "host",
): Promise<{ process: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", holder, name, userns], {
    env: { ...process.env, HOLD_DIRECTORIES: JSON.stringify(sandbox.directories) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  holders.add(child);
  if (child.stdout === null) throw new TypeError("no pipe");
  const [line] = await once(child.stdout, "data");
  return { process: child, pid: Number(String(line)) };
}

/** A dead process may lie there as a zombie until the machine's own init gets to it. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The kernel kills it when its parent is gone; a process has no event for the death of one that is not its child. */
async function awaitDeath(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (runs(pid)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} still runs`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("takes its containers along, and the next start removes what is left", async () => {
  const held = await hold("held");
  assert.ok(runs(held.pid));
  held.process.kill("SIGKILL");
  await once(held.process, "exit");
  await awaitDeath(held.pid);
  assert.ok(sandbox.listLeftovers().length > 0);

  const result = await run({
    source: { image: "busybox" },
    directories: sandbox.directories,
    command: ["true"],
    name: "held",
  });
  assert.is(result.reason, "exited");
  assert.equal(sandbox.listLeftovers(), []);
});

const idmapObstacle = await findIdmapObstacle();
if (idmapObstacle !== undefined) console.log(`SKIP ids of a killed process: ${idmapObstacle}`);
(idmapObstacle === undefined ? test : test.skip)("gives its ids back", async () => {
  const held = await hold("own-ids", "auto");
  const [record = ""] = sandbox.listLeftovers().filter((entry) => entry.endsWith(".ids"));
  const [start = ""] = readlinkSync(join(sandbox.directories.root, "containers", record)).split(
    ":",
  );
  const lock = openSync(`/run/dockher/ids/${start}`, "r+");
  try {
    assert.not.ok(tryLock(lock));
    held.process.kill("SIGKILL");
    await once(held.process, "exit");
    await awaitDeath(held.pid);
    assert.ok(tryLock(lock));
    rmSync(`/run/dockher/ids/${start}`);
  } finally {
    closeSync(lock);
  }
  await run({ source: { image: "busybox" }, directories: sandbox.directories, command: ["true"] });
  assert.equal(sandbox.listLeftovers(), []);
});

test("is left alone while it lives", async () => {
  const held = await hold("alive");
  await run({ source: { image: "busybox" }, directories: sandbox.directories, command: ["true"] });
  assert.ok(runs(held.pid));
  assert.ok(sandbox.listLeftovers().includes("alive"));
  held.process.kill("SIGTERM");
  await once(held.process, "exit");
  assert.equal(sandbox.listLeftovers(), []);
});

test("at any moment of its starts leaves nothing that the next start does not remove", async () => {
  const library = new URL("../dist/index.js", import.meta.url).href;
  const options = { source: { image: "busybox" }, directories: sandbox.directories };
  const program = `
    const { run } = await import(${JSON.stringify(library)});
    process.stdout.write("begun");
    for (;;) await run({ ...${JSON.stringify(options)}, command: ["true"] });`;
  const kills = process.env["WITH_CGROUP_V2"] === undefined ? 20 : 3;
  for (let i = 0; i < kills; i++) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    holders.add(child);
    if (child.stdout === null) throw new TypeError("no pipe");
    await once(child.stdout, "data");
    // Starts take some 10 ms: each time at another point of one.
    await new Promise((resolve) => setTimeout(resolve, (i * 7) % 40));
    child.kill("SIGKILL");
    await once(child, "exit");
    const result = await run({ ...options, command: ["true"] });
    assert.is(result.reason, "exited");
    assert.equal(sandbox.listLeftovers(), []);
  }
});

test("does not count as a user of its image", async () => {
  const held = await hold("user");
  const [image] = await sandbox.listImageIds();
  assert.ok(image !== undefined);
  const find = () => findImageUsers({ imageId: image ?? "", directories: sandbox.directories });
  assert.is(find().length, 1);
  held.process.kill("SIGKILL");
  await once(held.process, "exit");
  assert.equal(find(), []);
  await run({ source: { image: "busybox" }, directories: sandbox.directories, command: ["true"] });
});

if (obstacle === undefined) test.run();
