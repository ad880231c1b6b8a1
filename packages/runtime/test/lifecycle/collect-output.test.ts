import { Readable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectOutput } from "../../src/lifecycle/collect-output.ts";

const test = suite("collectOutput");

const stream = (...chunks: string[]): Readable =>
  Readable.from(chunks.map((text) => Buffer.from(text)));

test("keeps both streams apart and whole", async () => {
  const output = await collectOutput({
    streams: { stdout: stream("a", "b"), stderr: stream("c") },
    limit: 3,
    onLimit: () => assert.unreachable("three bytes are allowed"),
  });
  assert.equal(
    [output.stdout.toString(), output.stderr.toString(), output.exceeded],
    ["ab", "c", false],
  );
});

test("stops keeping at the limit, says so once, and reads on to the end", async () => {
  let told = 0;
  const stdout = stream("12345", "67890", "x");
  const output = await collectOutput({
    streams: { stdout, stderr: stream() },
    limit: 7,
    onLimit: () => told++,
  });
  assert.is(output.stdout.toString(), "1234567");
  assert.is(output.exceeded, true);
  assert.is(told, 1);
  assert.ok(stdout.readableEnded);
});

test("a limit of nothing allows nothing", async () => {
  const output = await collectOutput({
    streams: { stdout: stream("x"), stderr: stream() },
    limit: 0,
    onLimit: () => {},
  });
  assert.equal([output.stdout.length, output.exceeded], [0, true]);
});

test.run();
