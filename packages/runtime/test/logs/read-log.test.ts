import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LogDamage, LogEntry } from "../../src/logs/log-entry.ts";
import { type ReadLogOptions, readLog } from "../../src/logs/read-log.ts";

const test = suite("readLog");

let directory: string;
let path: string;
test.before.each(() => {
  directory = mkdtempSync(join(tmpdir(), "dockher-log-"));
  path = join(directory, "container.log");
});
const open = new Set<AsyncGenerator<LogEntry>>();
test.after.each(async () => {
  for (const entries of open) await entries.return(undefined);
  open.clear();
  rmSync(directory, { recursive: true });
});

const timeOf = (n: number): string =>
  `2026-05-01T12:00:${String(n % 60).padStart(2, "0")}.000000000Z`;
const write = (n: number | string, stream = "stdout", time = timeOf(Number(n) || 0)): string =>
  `${JSON.stringify({ log: `${n}\n`, stream, time })}\n`;
const writeAll = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => write(from + i)).join("");
const count = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

/** Docker's way of rotation. */
function rotate(files: number): void {
  for (let i = files - 1; i > 0; i--) {
    const from = i === 1 ? path : `${path}.${i - 1}`;
    if (existsSync(from)) renameSync(from, `${path}.${i}`);
  }
  writeFileSync(path, "");
}

const read = async (options: Partial<ReadLogOptions> = {}): Promise<string[]> => {
  const texts: string[] = [];
  for await (const { text } of readLog({ path, ...options })) texts.push(text.trimEnd());
  return texts;
};
const readNumbers = async (options: Partial<ReadLogOptions> = {}) =>
  (await read(options)).map(Number);

/** Entries as they come, and the end of the writer. */
function follow(options: Partial<ReadLogOptions> = {}) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const entries = readLog({ path, follow: ended, ...options });
  open.add(entries);
  return {
    end,
    take: async (wanted: number): Promise<number[]> => {
      const numbers: number[] = [];
      while (numbers.length < wanted) {
        const { value, done } = await entries.next();
        if (done) break;
        numbers.push(Number((value as LogEntry).text));
      }
      return numbers;
    },
    entries,
  };
}

test("gives entries with stream, time and text", async () => {
  writeFileSync(path, write(1) + write("two", "stderr", "t"));
  const entries: LogEntry[] = [];
  for await (const entry of readLog({ path })) entries.push(entry);
  assert.equal(entries, [
    { stream: "stdout", time: timeOf(1), text: "1\n" },
    { stream: "stderr", time: "t", text: "two\n" },
  ]);
});

test("a log that is not there is empty", async () => {
  assert.equal(await read(), []);
  assert.equal(await read({ tail: 5 }), []);
  writeFileSync(path, "");
  assert.equal(await read({ tail: 5 }), []);
});

test("rotated files come first, the oldest of them before the others, over gaps in their numbers", async () => {
  writeFileSync(`${path}.11`, writeAll(0, 3));
  for (let i = 10; i > 1; i--) writeFileSync(`${path}.${i}`, write(13 - i));
  writeFileSync(path, write(12));
  assert.equal(await readNumbers(), count(0, 13));
  rmSync(`${path}.5`);
  assert.equal(
    await readNumbers(),
    count(0, 13).filter((n) => n !== 8),
  );
});

test("tail counts over files and blocks", async () => {
  writeFileSync(`${path}.2`, writeAll(0, 1000));
  writeFileSync(`${path}.1`, "");
  writeFileSync(path, writeAll(1000, 5000));
  for (const tail of [0, 1, 2, 999, 3999, 4000, 4001, 4500, 5000, 6000]) {
    assert.equal(await readNumbers({ tail }), count(Math.max(0, 5000 - tail), 5000), `${tail}`);
  }
});

test("tail gives as many as are asked for of what is asked for", async () => {
  const lines = count(0, 50).map((n) => write(n, n % 10 === 0 ? "stderr" : "stdout"));
  writeFileSync(path, lines.join(""));
  assert.equal(await readNumbers({ tail: 2, stream: "stderr" }), [30, 40]);
  assert.equal(await readNumbers({ tail: 2, until: timeOf(20) }), [19, 20]);
  assert.equal(await readNumbers({ tail: 9, since: timeOf(48) }), [48, 49]);
});

test("any tail of any lines is the end of all of them", async () => {
  const texts = fc.array(fc.string({ maxLength: 40_000, size: "max" }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(texts, fc.nat(14), async (texts, tail) => {
      const lines = texts.map((log) => JSON.stringify({ log, stream: "stdout", time: "t" }));
      writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
      const all: string[] = [];
      for await (const { text } of readLog({ path })) all.push(text);
      assert.equal(all, texts);
      const last: string[] = [];
      for await (const { text } of readLog({ path, tail })) last.push(text);
      assert.equal(last, tail === 0 ? [] : all.slice(-tail));
    }),
    { numRuns: 40 },
  );
});

test("since and until include their moment, whatever form it has", async () => {
  writeFileSync(path, writeAll(0, 10));
  assert.equal(await readNumbers({ since: timeOf(8) }), [8, 9]);
  assert.equal(await readNumbers({ since: new Date(timeOf(8)) }), [8, 9]);
  assert.equal(await readNumbers({ until: "2026-05-01T14:00:01+02:00" }), [0, 1]);
  assert.equal(
    await readNumbers({ since: timeOf(3), until: `${Date.parse(timeOf(4)) / 1000}` }),
    [3, 4],
  );
  assert.equal(await readNumbers({ since: "10m" }), []);
});

test("one stream alone", async () => {
  writeFileSync(path, write(1) + write(2, "stderr") + write(3));
  assert.equal(await readNumbers({ stream: "stderr" }), [2]);
});

test("damage is passed over and told, wherever it lies", async () => {
  const noise = "no entry\n";
  const half = write(2).slice(0, 20);
  writeFileSync(`${path}.1`, `${write(1)}${noise}${write(2)}${half}`);
  writeFileSync(path, `${half}${write(3)}${"x".repeat(3 * 2 ** 20)}\n${write(4)}${half}`);
  const damages: LogDamage[] = [];
  assert.equal(await readNumbers({ onDamage: (damage) => damages.push(damage) }), [1, 2, 3, 4]);
  const first = write(1).length;
  assert.equal(damages, [
    { path: `${path}.1`, offset: first, reason: "malformed" },
    { path: `${path}.1`, offset: first + noise.length + write(2).length, reason: "unfinished" },
    { path, offset: 0, reason: "malformed" },
    { path, offset: half.length + write(3).length, reason: "too-long" },
  ]);
  assert.equal(await readNumbers({ tail: 3 }), [2, 3, 4]);
});

test("follows what is written, and ends when the writer has", async () => {
  writeFileSync(path, writeAll(0, 3));
  const log = follow();
  assert.equal(await log.take(3), [0, 1, 2]);
  const next = log.take(2);
  appendFileSync(path, write(3));
  appendFileSync(path, write(4));
  assert.equal(await next, [3, 4]);
  appendFileSync(path, write(5));
  log.end();
  assert.equal(await log.take(9), [5]);
});

test("follows a log that is not there yet", async () => {
  const log = follow();
  const next = log.take(1);
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(path, write(1));
  assert.equal(await next, [1]);
  log.end();
  assert.equal(await log.take(1), []);
});

test("gives an entry when it is whole, not before, and not one that was taken back", async () => {
  const log = follow();
  const [first, second] = [write(1), write(2)];
  appendFileSync(path, `${first}${second.slice(0, 10)}`);
  assert.equal(await log.take(1), [1]);
  const next = log.take(1);
  // A writer on a full disk takes half an entry back.
  truncateSync(path, first.length);
  appendFileSync(path, write(3));
  assert.equal(await next, [3]);
  appendFileSync(path, second.slice(0, 10));
  const rest = log.take(1);
  appendFileSync(path, second.slice(10));
  assert.equal(await rest, [2]);
  log.end();
});

test("tells of a half entry once the writer is gone", async () => {
  const damages: LogDamage[] = [];
  const log = follow({ onDamage: (damage) => damages.push(damage) });
  writeFileSync(path, `${write(1)}{"log":"ha`);
  log.end();
  assert.equal(await log.take(2), [1]);
  assert.equal(damages, [{ path, offset: write(1).length, reason: "unfinished" }]);
});

test("begins again where the only file is begun anew", async () => {
  writeFileSync(path, writeAll(0, 5));
  const log = follow();
  assert.equal(await log.take(5), count(0, 5));
  truncateSync(path, 0);
  appendFileSync(path, write(6));
  assert.equal(await log.take(1), [6]);
  log.end();
});

test("follows over many rotations, reading slower than they come", async () => {
  writeFileSync(path, "");
  const log = follow();
  let written = 0;
  const taken: number[] = [];
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < round % 4; i++) {
      appendFileSync(path, writeAll(written, written + 3));
      written += 3;
      rotate(100);
    }
    appendFileSync(path, write(written++));
    taken.push(...(await log.take(Math.min(1 + (round % 5), written - taken.length))));
  }
  log.end();
  taken.push(...(await log.take(1000)));
  assert.equal(taken, count(0, written));
});

test("each entry comes once while another process writes and rotates", async () => {
  const ENTRIES = 20_000;
  const writer = fileURLToPath(new URL("./write-log.ts", import.meta.url));
  const args = ["--import", "tsx", writer, path, `${ENTRIES}`, "20000"];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const follow = once(child, "exit");
  const damages: LogDamage[] = [];
  let expected = 0;
  for await (const { text } of readLog({ path, follow, onDamage: (one) => damages.push(one) })) {
    if (Number(text.split(" ")[0]) !== expected) assert.unreachable(`${expected}: ${text}`);
    expected++;
    // A reader that stops now and then.
    if (expected % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal([expected, damages], [ENTRIES, []]);
});

test("tail 0 gives nothing of what is there, and all that comes", async () => {
  writeFileSync(path, `${writeAll(0, 5)}${write(5).slice(0, 9)}`);
  const log = follow({ tail: 0 });
  let taken: number[] | undefined;
  const next = log.take(3).then((numbers) => {
    taken = numbers;
  });
  appendFileSync(path, write(5).slice(9));
  // When it begins is not to be seen from here.
  for (let n = 6; taken === undefined; n++) {
    appendFileSync(path, write(n));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await next;
  const [first = 0] = taken ?? [];
  assert.ok(first >= 5);
  assert.equal(taken, [first, first + 1, first + 2]);
  log.end();
});

test("until ends following, by the clock or by an entry", async () => {
  writeFileSync(path, writeAll(0, 3));
  const never = new Promise(() => undefined);
  assert.equal(await readNumbers({ follow: never, until: timeOf(1) }), [0, 1]);
  assert.equal(await readNumbers({ follow: never, until: "-10ms" }), [0, 1, 2]);
});

test("an abort ends it with the reason, a break without", async () => {
  writeFileSync(path, writeAll(0, 3));
  const controller = new AbortController();
  const reason = new Error("enough");
  const log = follow({ signal: controller.signal });
  await log.take(3);
  const next = log.take(1).catch((error) => error);
  controller.abort(reason);
  assert.is(await next, reason);
  for await (const { text } of readLog({ path, follow: new Promise(() => undefined) })) {
    if (text === "1\n") break;
  }
  assert.is(await read({ signal: controller.signal }).catch((error) => error), reason);
});

test("refuses times and tails that are none", async () => {
  for (const [options, code] of [
    [{ since: "x" }, "INVALID_TIME"],
    [{ until: new Date("x") }, "INVALID_TIME"],
    [{ tail: -1 }, "INVALID_TAIL"],
    [{ tail: 1.5 }, "INVALID_TAIL"],
    [{ tail: Number.NaN }, "INVALID_TAIL"],
  ] as const) {
    const error = await read(options).catch((error) => error);
    assert.is(error.code, code);
  }
});

test.run();
