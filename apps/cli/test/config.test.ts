import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readConfig } from "../src/config.ts";
import { findDefaultImage } from "../src/run/default-image.ts";
import { assertThrows } from "./assert-throws.ts";

const test = suite<{ path: string; directory: string }>("config");

test.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), "dockher-config-"));
  context.path = join(context.directory, "config.json");
});
test.after.each(({ directory }) => rmSync(directory, { recursive: true }));

test("names the default image, and the environment overrides it", async ({ path }) => {
  writeFileSync(path, '{ "image": "busybox" }');
  assert.equal(readConfig({ DOCKHER_CONFIG: path }), { image: "busybox" });
  assert.is(await findDefaultImage({ DOCKHER_CONFIG: path }), "busybox");
  assert.is(await findDefaultImage({ DOCKHER_CONFIG: path, DOCKHER_IMAGE: "ubuntu" }), "ubuntu");
});

test("without one it is a distribution that there is a recipe for", async ({ path }) => {
  writeFileSync(path, "{}");
  const image = await findDefaultImage({ DOCKHER_CONFIG: path, DOCKHER_IMAGE: "" });
  assert.ok(["debian", "ubuntu"].includes(image), image);
});

test("refuses what it does not understand", ({ path }) => {
  for (const text of ["{", "[]", "null", '{ "imgae": "x" }', '{ "image": 5 }', '{ "image": "" }']) {
    writeFileSync(path, text);
    assertThrows(() => readConfig({ DOCKHER_CONFIG: path }), "INVALID_CONFIG", path);
  }
  assertThrows(() => readConfig({ DOCKHER_CONFIG: `${path}.missing` }), "INVALID_CONFIG");
});

test.run();
