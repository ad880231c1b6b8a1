import { getEventListeners } from "node:events";
import { readdirSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import * as assert from "uvu/assert";
import {
  openContainer,
  type RunningContainer,
  type StoppedContainer,
} from "../../src/kept/handles.ts";
import { killContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, create, target, listLeftovers } = describeKept("handles");

test("each state leads to the next, with what can be done in it", async () => {
  const created = await create("trap 'exit 7' TERM; echo hello; while :; do sleep 0.01; done", {
    init: false,
    limits: { memory: 64 * 2 ** 20 },
  });
  assert.is(created.state, "created");
  const running = await created.start();
  assert.is(running.state, "running");
  await using entered = await running.exec({ command: ["cat", "/proc/1/comm"], stdout: "pipe" });
  assert.is((await buffer(entered.stdout ?? Readable.from([]))).toString(), "sh\n");
  for await (const { memoryLimit } of running.stats()) {
    assert.is(memoryLimit, 64 * 2 ** 20);
    break;
  }
  const paused = await running.pause();
  assert.is(openContainer(target(created.id)).state, "paused");
  assert.is((await paused.unpause()).state, "running");
  for await (const { text } of running.logs({ follow: true })) {
    assert.is(text, "hello\n");
    break;
  }
  const stopped = await running.stop();
  assert.equal([stopped.state, stopped.exitCode, stopped.oomKilled], ["exited", 7, false]);
  assert.ok(stopped.finishedAt instanceof Date);
  assert.ok((await buffer(await stopped.copyFrom({ path: "/bin/sh" }))).length > 1000);
  await stopped.rename("other");
  const again = openContainer(target("other"));
  if (again.state !== "exited") throw new Error(again.state);
  await again.remove();
  await rejects(stopped.start(), "CONTAINER_NOT_FOUND");
});

test("what was changed behind its back is refused by its code", async () => {
  const running = await (await create("sleep 1000")).start();
  await killContainer(target(running.id));
  await waitContainer(target(running.id));
  await rejects(running.exec({ command: ["true"] }), "CONTAINER_NOT_RUNNING");
  await rejects(running.pause(), "CONTAINER_NOT_RUNNING");
  assert.throws(
    () => running.pid,
    ({ code }: { code: string }) => code === "CONTAINER_NOT_RUNNING",
  );
  const stopped = await running.wait();
  assert.is(stopped.exitCode, 137);
  await (await stopped.start()).restart({ timeout: 0 });
  await rejects(stopped.remove(), "CONTAINER_RUNNING");
  const gone = await (await running.stop({ timeout: 0 })).remove().then(() => running);
  await rejects(gone.wait(), "CONTAINER_NOT_FOUND");
  await rejects(gone.exec({ command: ["true"] }), "CONTAINER_NOT_FOUND");
});

test("one that runs has a pid, and another after a restart", async () => {
  const running = await (await create("exec sleep 1000")).start();
  const first = running.pid;
  process.kill(first, 0);
  const again = await running.restart({ timeout: 0 });
  assert.is.not(again.pid, first);
  assert.is(running.pid, again.pid);
});

test("how one ended is known though it removes itself", async () => {
  const running = await (await create("exec sleep 1000", { autoRemove: true })).start();
  assert.is((await running.stop({ signal: "SIGKILL", timeout: 0 })).exitCode, 137);
  // Its monitor's exit command removes it: that nothing is left is the only event there is.
  while (listLeftovers().length > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("attached from the start, and removed at the end of the block", async () => {
  const names: string[] = [];
  {
    await using created = await create("echo first; read go", { openStdin: true });
    names.push(created.name);
    await using attachment = await created.startAttached({ streams: ["stdin", "stdout"] });
    const [chunk] = await attachment.streams.stdout.take(1).toArray();
    assert.is(String(chunk), "first\n");
  }
  for (const name of names) assert.throws(() => openContainer(target(name)), /there is none/);
});

test("hundreds of handles hold no descriptor and no listener, whatever was done with them", async () => {
  const { signal } = new AbortController();
  const countHeld = (): number[] => [
    readdirSync("/proc/self/fd").length,
    process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    getEventListeners(signal, "abort").length,
  ];
  const { id } = await (await create("echo hello; exec sleep 1000")).start();
  const open = (): RunningContainer => {
    const handle = openContainer(target(id));
    if (handle.state !== "running") throw new Error(handle.state);
    return handle;
  };
  const use = async (handle: RunningContainer): Promise<void> => {
    handle.inspect();
    for await (const { text } of handle.logs({ follow: true, signal })) {
      assert.is(text, "hello\n");
      break;
    }
    for await (const { processes } of handle.stats({ signal })) {
      assert.ok(processes > 0);
      break;
    }
    await using _ = await handle.attach({ streams: ["stdout"] });
  };
  const handles: RunningContainer[] = [open()];
  await use(open());
  await using entered = await open().exec({ command: ["true"], signal });
  await entered.wait();
  const before = countHeld();
  for (let round = 0; round < 300; round++) handles.push(open());
  for (const handle of handles.slice(0, 40)) await use(handle);
  for (const handle of handles.slice(0, 10)) {
    await using command = await handle.exec({ command: ["true"], signal });
    await command.wait();
  }
  // Sockets close in a turn of their own: of some that was counted before.
  const [descriptors = 0, ...listeners] = before;
  while (readdirSync("/proc/self/fd").length > descriptors) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(countHeld().slice(1), listeners);
});

/** Misuse does not compile; nothing here is run. */
export function misuse(running: RunningContainer, stopped: StoppedContainer): void {
  // @ts-expect-error: one that runs is stopped first
  running.remove();
  // @ts-expect-error: it runs already
  running.start();
  // @ts-expect-error: nothing runs that a command could join
  stopped.exec({ command: ["true"] });
  // @ts-expect-error: it has ended
  stopped.kill();
  // @ts-expect-error: no process is left that had one
  stopped.pid;
  // @ts-expect-error: how it ends is not known yet
  running.exitCode;
}

test.run();
