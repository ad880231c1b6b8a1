import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { acquireLock } from "../src/lock.js";
import { formatIdentity, identifySelf } from "../src/process-identity.js";
import { makeTemporary } from "./temporary.js";

const test = suite("lock");

test("one holder at a time, the next when it is released", async () => {
  await using directory = await makeTemporary();
  const held = { count: 0, most: 0 };
  const work = async (): Promise<void> => {
    await using _lock = await acquireLock({ directory: directory.path });
    held.count++;
    held.most = Math.max(held.most, held.count);
    await new Promise(setImmediate);
    held.count--;
  };
  await Promise.all(Array.from({ length: 12 }, work));
  assert.is(held.most, 1);
});

test("tells once whom it waits for, and can be aborted while it does", async () => {
  await using directory = await makeTemporary();
  await using _held = await acquireLock({ directory: directory.path });
  const controller = new AbortController();
  const owners: number[] = [];
  const waiting = acquireLock({
    directory: directory.path,
    signal: controller.signal,
    onWait: ({ pid }) => {
      owners.push(pid);
      controller.abort(new Error("enough"));
    },
  });
  await waiting.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
  assert.equal(owners, [process.pid]);
});

test("takes over from a dead owner, and many at once do so one by one", async () => {
  await using directory = await makeTemporary();
  const self = identifySelf();
  await mkdir(directory.path, { recursive: true });
  await writeFile(join(directory.path, "41"), formatIdentity({ ...self, startTime: "1" }));
  let count = 0;
  const work = async (): Promise<void> => {
    await using _lock = await acquireLock({ directory: directory.path });
    assert.is(++count, 1);
    await new Promise(setImmediate);
    count--;
  };
  await Promise.all(Array.from({ length: 8 }, work));
});

test("leaves one empty record, of the highest number", async () => {
  await using directory = await makeTemporary();
  for (let round = 0; round < 3; round++) {
    await (await acquireLock({ directory: directory.path })).release();
  }
  assert.equal(await readdir(directory.path), ["3"]);
  assert.is(await readFile(join(directory.path, "3"), "utf8"), "");
});

test("a lock of a process that is killed goes to the next", async () => {
  await using directory = await makeTemporary();
  const holder = fileURLToPath(new URL("lock-holder.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", holder, directory.path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const next = acquireLock({
    directory: directory.path,
    onWait: ({ pid }) => {
      assert.is(pid, child.pid);
      child.kill("SIGKILL");
    },
  });
  await (await next).release();
  assert.is(child.signalCode ?? (await once(child, "exit"))[1], "SIGKILL");
});

test.run();
