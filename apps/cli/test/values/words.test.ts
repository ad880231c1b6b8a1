import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DetachKeys, parseDetachKeys } from "../../src/values/detach-keys.ts";
import { parseDevice } from "../../src/values/device.ts";
import { parseHost } from "../../src/values/host.ts";
import { readOomScore } from "../../src/values/oom-score.ts";
import { parseSysctl } from "../../src/values/sysctl.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("words of run");

test("--device", () => {
  assert.equal(parseDevice("/dev/fuse"), { path: "/dev/fuse" });
  assert.equal(parseDevice("/dev/sda:r"), { path: "/dev/sda", access: "r" });
  assert.equal(parseDevice("/dev/sda:/dev/x:rw"), {
    path: "/dev/sda",
    target: "/dev/x",
    access: "rw",
  });
  for (const text of ["", ":/dev/x", "/dev/a:/dev/b:/dev/c", "/dev/a:"]) {
    assertThrows(() => parseDevice(text), "INVALID_DEVICE");
  }
});

test("--add-host", () => {
  assert.equal(parseHost("db:10.0.0.2"), ["db", "10.0.0.2"]);
  assert.equal(parseHost("db=[::1]"), ["db", "::1"]);
  for (const text of ["db", ":10.0.0.2", "db:", "db:host-gateway"]) {
    assertThrows(() => parseHost(text), "INVALID_HOST");
  }
});

test("--sysctl and --oom-score-adj", () => {
  assert.equal(parseSysctl("net.a=1=2"), ["net.a", "1=2"]);
  assertThrows(() => parseSysctl("net.a"), "INVALID_SYSCTL");
  assert.is(readOomScore("-5"), -5);
  for (const text of ["", "1.5", "1001", "x"]) {
    assertThrows(() => readOomScore(text), "INVALID_OOM_SCORE");
  }
});

test("--detach-keys, cut into chunks anyhow", () => {
  assert.equal([...parseDetachKeys()], [16, 17]);
  assert.equal([...parseDetachKeys("a,ctrl-[,ctrl-@,DEL, ")], [97, 27, 0, 127, 32]);
  for (const text of ["", "ab", "ctrl-", "ctrl-1", "ctrl-P", "del", "a,"]) {
    assertThrows(() => parseDetachKeys(text), "INVALID_DETACH_KEYS");
  }
  const type = (...chunks: string[]) => typeKeys("x,y", chunks);
  assert.equal(type("axb"), ["axb", false]);
  assert.equal(type("ax", "y"), ["a", true]);
  assert.equal(type("x", "x", "b"), ["xxb", false]);
  assert.equal(type("xxy"), ["x", true]);
  assert.equal(typeKeys("a,a,b", ["aaab"]), ["a", true]);
  assert.equal(typeKeys("ctrl-p,ctrl-p,ctrl-q", ["\x10\x10", "\x10\x11"]), ["\x10", true]);
  assert.equal(typeKeys("x,y,x,z", ["xyxyxz"]), ["xy", true]);
  assert.equal(typeKeys("DEL", ["a\x7fb"]), ["a", true]);
});

test("--detach-keys are found wherever they are, and all that is before them is handed on", () => {
  const letters = fc.constantFrom("a", "b");
  const words = fc.array(letters, { minLength: 1, maxLength: 5 });
  const chunks = fc.array(fc.string({ unit: letters, maxLength: 6 }));
  fc.assert(
    fc.property(words, chunks, (keys, typed) => {
      const text = typed.join("");
      const found = text.indexOf(keys.join(""));
      let end = found;
      if (found < 0) {
        // The longest beginning of them that the text ends with may go on.
        let held = keys.length;
        while (!text.endsWith(keys.slice(0, held).join(""))) held--;
        end = text.length - held;
      }
      assert.equal(typeKeys(keys.join(","), typed), [text.slice(0, end), found >= 0]);
    }),
  );
});

/** What is handed on of what is typed up to the keys, and whether they were. */
function typeKeys(words: string, chunks: string[]): [string, boolean] {
  const keys = new DetachKeys(parseDetachKeys(words));
  let handedOn = "";
  for (const chunk of chunks) {
    const { forward, detached } = keys.read(Buffer.from(chunk));
    handedOn += Buffer.from(forward).toString();
    if (detached) return [handedOn, true];
  }
  return [handedOn, false];
}

test.run();
