import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readEnvironment } from "../../src/values/environment.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite<{ directory: string }>("readEnvironment");

test.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), "dockher-env-"));
});
test.after.each(({ directory }) => rmSync(directory, { recursive: true }));

test("flags override files, and the later the earlier", ({ directory }) => {
  const one = join(directory, "one");
  const two = join(directory, "two");
  writeFileSync(one, "\uFEFF# a comment\n\n  A=1\nB= two words \r\nOWN\nABSENT\nC=a=b#c\n");
  writeFileSync(two, "A=2");
  const env = ["D=", "B=flag", "OWN2", "ABSENT2"];
  const own = { OWN: "mine", OWN2: "mine too" };
  assert.equal(readEnvironment({ env, envFiles: [one, two] }, own), {
    A: "2",
    B: "flag",
    OWN: "mine",
    C: "a=b#c",
    D: "",
    OWN2: "mine too",
  });
});

test("keeps white space at the end of a value, as Docker", ({ directory }) => {
  const file = join(directory, "file");
  writeFileSync(file, "B= two \r\n");
  assert.equal(readEnvironment({ env: [], envFiles: [file] }, {}), { B: " two " });
});

test("refuses bad names, with the line", ({ directory }) => {
  const file = join(directory, "file");
  writeFileSync(file, "A=1\nB C=2\n");
  assertThrows(() => readEnvironment({ env: [], envFiles: [file] }, {}), "INVALID_ENV", /line 2/);
  for (const text of ["", "=x", "A B=1", "A=\0"]) {
    assertThrows(() => readEnvironment({ env: [text], envFiles: [] }, {}), "INVALID_ENV");
  }
});

test("refuses files that are no text", ({ directory }) => {
  const binary = join(directory, "binary");
  writeFileSync(binary, Buffer.from([0x41, 0x3d, 0xff]));
  for (const file of [join(directory, "missing"), directory, binary]) {
    assertThrows(() => readEnvironment({ env: [], envFiles: [file] }, {}), "ENV_FILE_UNREADABLE");
  }
});

test.run();
