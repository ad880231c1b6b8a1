import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { describeKept } from "../kept/kept-sandbox.ts";

const { test, create, listLeftovers } = describeKept("200 containers");

const ALL = 200;
const AT_ONCE = 8;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A container's life: each part of it that has a process, a socket or a file. */
async function live(): Promise<void> {
  const created = await create("echo $HOSTNAME; exec sleep 1000");
  const running = await created.start();
  await using entered = await running.exec({ command: ["hostname"], stdout: "pipe" });
  const name = (await buffer(entered.stdout ?? Readable.from([]))).toString();
  assert.is(name, `${created.id.slice(0, 12)}\n`);
  for await (const { text } of running.logs({ follow: true })) {
    assert.is(text, name);
    break;
  }
  await running.kill();
  const stopped = await running.wait();
  assert.is(stopped.exitCode, 137);
  await stopped.remove();
}

async function liveMany(count: number): Promise<number> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await live();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  collect();
  return process.memoryUsage().heapUsed;
}

test("started, entered, read and removed, 8 at a time: nothing is left, and the heap does not grow", async () => {
  // What is loaded and compiled once comes in the first half.
  const before = await liveMany(ALL / 2);
  const after = await liveMany(ALL / 2);
  assert.equal(listLeftovers(), []);
  // A container that stayed reachable would be 100 times its streams of 64 KiB. Compiled code comes and goes by some KiB.
  assert.ok(after - before < 2 ** 20, `the heap grew by ${after - before} bytes`);
});

test.run();
