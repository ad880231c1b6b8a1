import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle, whenPossible } from "../support/capability.js";
import { Monitored, SmallDisk } from "../support/monitored.js";

const suite = makeSuite("monitor log");
const MIB = 1024 * 1024;
/** Bounded, so that CI stays quick; NS_LOG_MIB=1024 writes the gigabyte. */
const LARGE = Number(process.env["NS_LOG_MIB"] ?? 32) * MIB;

/** What Docker's json-file writes of `bytes` as one entry: Go's encoder, from its documentation. */
function escapeAsGo(bytes: Buffer): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const json = JSON.stringify(text).replace(/[<>&\u2028\u2029]|\\[bft]/g, (found) => {
    const plain = JSON.parse(found.length > 1 ? `"${found}"` : JSON.stringify(found));
    return `\\u${plain.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return json.replaceAll("\ufffd", "\\ufffd");
}

whenPossible("monitor log", findObstacle(), () => {
  suite("keeps every byte of each stream, in order, whatever its speed", async () => {
    await using container = new Monitored();
    const line = "0123456789 the quick brown fox jumps over the lazy dog";
    const script = `
      (n=0; while [ $n -lt 300 ]; do echo "err $n"; n=$((n+1)); done >&2) &
      cat /data; wait`;
    const lines = Math.floor(LARGE / (line.length + 10));
    const data = path.join(container.rootfs.path, "data");
    const numbered = Array.from({ length: lines }, (_, n) => `${line} ${n}\n`).join("");
    writeFileSync(data, numbered);
    // A shell gives /dev/null to what it runs in the background.
    const mknod = { op: "mknod", path: "/dev/null", mode: 0o020666, major: 1, minor: 3 } as const;
    await container.run(script, { plan: { steps: [mknod] } });
    const hash = createHash("sha256");
    const errors: string[] = [];
    const log = createReadStream(path.join(container.directory, "container.log"));
    for await (const text of createInterface({ input: log })) {
      const entry = JSON.parse(text);
      if (entry.stream === "stdout") hash.update(entry.log);
      else errors.push(entry.log);
    }
    assert.is(hash.digest("hex"), createHash("sha256").update(numbered).digest("hex"));
    assert.equal(
      errors,
      Array.from({ length: 300 }, (_, n) => `err ${n}\n`),
    );
  });

  suite("splits a long line after 16 KiB, without a newline, and never a character", async () => {
    await using container = new Monitored();
    const text = `${"x".repeat(16_383)}é${"y".repeat(40_000)}\nshort\n${"z".repeat(16_384)}\nend`;
    writeFileSync(path.join(container.rootfs.path, "data"), text);
    await container.run("cat /data");
    const entries = container.readLog();
    assert.is(entries.map(({ log }) => log).join(""), text);
    assert.equal(
      entries.map(({ log }) => [Buffer.byteLength(log), log.endsWith("\n")]),
      [
        [16_383, false],
        [16_384, false],
        [16_384, false],
        [40_002 - 32_768 + 1, true],
        [6, true],
        [16_384, false],
        [1, true],
        [3, false],
      ],
    );
    const times = entries.map(({ time }) => time);
    assert.is(new Set(times.slice(0, 4)).size, 1, "parts of a line share its time");
  });

  suite("escapes as Go's encoder does", async () => {
    await using container = new Monitored();
    const text = fc.string({ unit: "binary" }).map((value) => Buffer.from(value));
    const raw = fc.uint8Array({ maxLength: 80 }).map((value) => Buffer.from(value));
    const lines = fc
      .sample(fc.oneof(text, raw), { numRuns: 2000, seed: 7 })
      .map((bytes) => bytes.filter((byte) => byte !== 10))
      .map((bytes) => Buffer.from(bytes));
    writeFileSync(
      path.join(container.rootfs.path, "data"),
      Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from("\n")])),
    );
    await container.run("cat /data");
    const log = createReadStream(path.join(container.directory, "container.log"));
    let index = 0;
    for await (const entry of createInterface({
      input: log,
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const bytes = lines[index++] ?? Buffer.alloc(0);
      // An invalid byte is one U+FFFD in Go; a decoder of the web joins those of a cut-off character.
      if (bytes.toString().includes("\ufffd")) assert.ok(JSON.parse(entry).log.includes("\ufffd"));
      else
        assert.ok(entry.startsWith(`{"log":${escapeAsGo(bytes).slice(0, -1)}\\n","stream"`), entry);
    }
    assert.is(index, lines.length);
  });

  suite("every invalid byte is a U+FFFD of its own", async () => {
    await using container = new Monitored();
    const bytes = [0xff, 0xc3, 0x28, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0x80, 0x0a];
    writeFileSync(path.join(container.rootfs.path, "data"), Buffer.from(bytes));
    await container.run("cat /data");
    const bad = "\ufffd";
    assert.is(
      container.readLog()[0]?.log,
      `${bad}${bad}(${bad.repeat(2)}A${bad.repeat(3)}${bad.repeat(3)}\n`,
    );
  });

  suite("rotates at maxSize and keeps maxFile files", async () => {
    await using container = new Monitored();
    const log = { driver: "json-file", name: "c.log", maxSize: 10_000, maxFile: 3 } as const;
    await container.run('n=0; while [ $n -lt 600 ]; do echo "line $n"; n=$((n+1)); done', { log });
    const names = readdirSync(container.directory).filter((name) => name.startsWith("c.log"));
    assert.equal(names.sort(), ["c.log", "c.log.1", "c.log.2"]);
    const kept = ["c.log.2", "c.log.1", "c.log"].flatMap((name) => container.readLog(name));
    const first = 600 - kept.length;
    assert.ok(first > 0);
    assert.equal(
      kept.map((entry) => entry.log),
      kept.map((_, index) => `line ${first + index}\n`),
    );
    for (const name of ["c.log.1", "c.log.2"]) {
      const { size } = statSync(path.join(container.directory, name));
      assert.ok(size >= 10_000 && size < 10_200, String(size));
    }
  });

  suite("one file alone begins anew", async () => {
    await using container = new Monitored();
    await container.run('n=0; while [ $n -lt 600 ]; do echo "line $n"; n=$((n+1)); done', {
      log: { driver: "json-file", maxSize: 10_000 },
    });
    const entries = container.readLog();
    assert.ok(entries.length < 150);
    assert.is(entries.at(-1)?.log, "line 599\n");
    assert.not(container.has("container.log.1"));
  });

  suite("none keeps nothing", async () => {
    await using container = new Monitored();
    assert.is((await container.run("echo hello", { log: { driver: "none" } })).status, "exited");
    assert.not(container.has("container.log"));
    assert.not(container.has("none"));
  });

  suite("a full disk: the container goes on, whole entries stay, what is lost is counted", async () => {
    using disk = new SmallDisk(4 * MIB);
    await using container = new Monitored(disk.path);
    await using connection = await container.start(
      'n=0; while [ $n -lt 60000 ]; do echo "a line of this log: $n"; n=$((n+1)); done; exec sleep 1000',
    );
    let state = await connection.status();
    while (state.log.lostEntries === 0) state = await connection.status();
    assert.is(state.log.errno, 28);
    assert.is(state.status, "running");
    // While it writes, the last entry may not be whole yet, or be taken back.
    await connection.stop({ timeoutMilliseconds: 0 });
    for (const [index, { log }] of container.readLog().entries())
      assert.is(log, `a line of this log: ${index}\n`);
  });
});

suite.run();
