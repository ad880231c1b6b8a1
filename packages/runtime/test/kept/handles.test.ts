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

const { test, create, target } = describeKept("handles");

test("each state leads to the next, with what can be done in it", async () => {
  const created = await create("echo hello; trap 'exit 7' TERM; while :; do sleep 0.01; done", {
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
  assert.equal([stopped.state, stopped.exitCode], ["exited", 7]);
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
  assert.is((await running.wait()).exitCode, 137);
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

test("a hundred handles hold no descriptor", async () => {
  const count = (): number => readdirSync("/proc/self/fd").length;
  const created = await create("true");
  await (await created.start()).wait();
  const before = count();
  for (let round = 0; round < 100; round++) openContainer(target(created.id)).inspect();
  assert.is(count(), before);
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
}

test.run();
