import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type InstallerEvent, InstallerParser } from "../../src/bootstrap/protocol.js";

const test = suite("protocol");

const parse = (text: string): InstallerEvent[] => new InstallerParser().push(text);

test("reads progress with and without a phase", () => {
  assert.equal(parse("P: 1 88 UNPACKREQ\nPF: Unpacking\nP: 33 100\nP: 4 100 \n"), [
    { type: "progress", now: 1, end: 88, phase: "UNPACKREQ" },
    { type: "progress", now: 33, end: 100 },
    { type: "progress", now: 4, end: 100 },
  ]);
});

test("fills arguments into the format, empty ones too", () => {
  const text =
    "I: RETRIEVING\nIA: InRelease\nIA: \nIF: Retrieving %s %s\nE: X\nEA: a\nEF: no %s, %s\n";
  assert.equal(parse(text), [
    { type: "info", code: "RETRIEVING", message: "Retrieving InRelease" },
    { type: "error", code: "X", message: "no a," },
  ]);
});

test("a message without its format ends with the next one", () => {
  assert.equal(parse("W: ONE\nWA: x\nI: TWO\nIF: two\n"), [
    { type: "warning", code: "ONE", message: "ONE" },
    { type: "info", code: "TWO", message: "two" },
  ]);
});

test("ignores what it does not know", () => {
  assert.equal(parse("hello\n\nX: 1\nPF: late\nP: much little\nPF: x\nIF:\n"), []);
});

const line = fc.oneof(
  fc
    .tuple(fc.nat(), fc.nat(), fc.constantFrom("", " ", " A", " INSTCORE"))
    .map(([a, b, c]) => `P: ${a} ${b}${c}`),
  fc
    .tuple(fc.constantFrom(..."PIWE"), fc.constantFrom("", "A", "F"), fc.string())
    .map(([kind, part, text]) => `${kind}${part}: ${text.replaceAll("\n", "")}`),
  fc.string(),
);

test("a chunk may end anywhere", () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 40 })), (lines, sizes) => {
      const text = lines.map((each) => `${each}\n`).join("");
      const parser = new InstallerParser();
      const events: InstallerEvent[] = [];
      let at = 0;
      for (const size of sizes) {
        events.push(...parser.push(text.slice(at, at + size)));
        at += size;
      }
      events.push(...parser.push(text.slice(at)));
      assert.equal(events, parse(text));
    }),
  );
});

test("whatever comes, events are well formed", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(line), (noise, lines) => {
      for (const event of parse(`${noise}\n${lines.join("\n")}\n`)) {
        if (event.type === "progress") {
          assert.ok(Number.isInteger(event.now) || event.now > Number.MAX_SAFE_INTEGER);
          assert.match(event.phase ?? "A", /^\w+$/);
        } else {
          assert.type(event.message, "string");
        }
      }
    }),
  );
});

test("reads all of a real run", async () => {
  const packed = await readFile(new URL("../fixtures/debootstrap.status.gz", import.meta.url));
  const events = parse(gunzipSync(packed).toString());
  const phases = new Set<string>();
  let bare = 0;
  for (const event of events) {
    if (event.type !== "progress") continue;
    if (event.phase) phases.add(event.phase);
    else bare++;
  }
  assert.equal(
    [...phases],
    "DOWNREL DOWNRELSIG DOWNPKGS SIZEDEBS DOWNDEBS EXTRACTPKGS INSTCORE UNPACKREQ CONFREQ CONFBASE".split(
      " ",
    ),
  );
  assert.ok(bare > 800);
  assert.is(events.filter(({ type }) => type === "error").length, 0);
  assert.equal(events.at(-1), {
    type: "info",
    code: "BASESUCCESS",
    message: "Base system installed successfully.",
  });
});

test.run();
