import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type OverlayUpper, prepareOverlay } from "../src/overlay.js";
import { namespaces, testUnless } from "./capabilities.js";
import { runOnOverlay } from "./mount-steps.js";
import { refuse } from "./refuse.js";
import { makeTemporary } from "./temporary.js";

const test = suite("overlay");

const UPPERS: OverlayUpper[] = [
  { type: "disk", lifetime: "container" },
  { type: "disk", lifetime: "run" },
  { type: "memory", sizeBytes: 1 << 20 },
];

async function makeLayers(base: string): Promise<string[]> {
  const layers = ["below", "above"].map((name) => join(base, name, "diff"));
  for (const layer of layers) {
    await mkdir(layer, { recursive: true });
    await writeFile(join(layer, "which"), layer);
  }
  await writeFile(join(layers[0] ?? "", "only-below"), "");
  return layers;
}

for (const upper of UPPERS) {
  const name = upper.type === "disk" ? `disk for a ${upper.lifetime}` : upper.type;
  // In the names are all characters that mean something to overlayfs.
  for (const label of ["plain", "a:b,c\\d e"]) {
    testUnless(
      test,
      namespaces,
      `${name}: mounts below ${label}, and leaves no trace`,
      async () => {
        await using directory = await makeTemporary();
        const layers = await makeLayers(join(directory.path, label));
        const own = join(directory.path, label, "container");
        await mkdir(own);
        const overlay = await prepareOverlay({ layers, directory: own, upper });
        const script =
          'cat "$1/which"; ls "$1"; echo changed > "$1/which"; rm "$1/only-below"; cat "$1/which"';
        assert.is(runOnOverlay(overlay, script), `${layers[1]}only-below\nwhich\nchanged\n`);
        // The layers are as they were.
        assert.is(await readFile(join(layers[1] ?? "", "which"), "utf8"), layers[1]);
        assert.equal(await readdir(layers[0] ?? ""), ["only-below", "which"]);
        // Nothing was mounted here.
        assert.equal(await readdir(overlay.target), []);
        assert.not.match(await readFile("/proc/self/mountinfo", "utf8"), directory.path);
        await overlay.release();
        assert.equal(await readdir(own), []);
      },
    );
  }
}

testUnless(
  test,
  namespaces,
  "what is on disk is there at the next mount, after a volatile one too",
  async () => {
    for (const lifetime of ["container", "run"] as const) {
      await using directory = await makeTemporary();
      const layers = await makeLayers(directory.path);
      const options = {
        layers,
        directory: join(directory.path, "own"),
        upper: { type: "disk", lifetime },
      } as const;
      await mkdir(options.directory);
      runOnOverlay(await prepareOverlay(options), 'echo kept > "$1/new"');
      const again = await prepareOverlay(options);
      assert.is(runOnOverlay(again, 'cat "$1/new"'), "kept\n");
      await again.release();
    }
  },
);

testUnless(
  test,
  namespaces,
  "what is in memory ends with the mount namespace, and is limited",
  async () => {
    await using directory = await makeTemporary();
    const layers = await makeLayers(directory.path);
    const own = join(directory.path, "own");
    await mkdir(own);
    await using overlay = await prepareOverlay({
      layers,
      directory: own,
      upper: { type: "memory", sizeBytes: 1 << 20 },
    });
    const script = 'head -c 3000000 /dev/zero > "$1/big" 2>/dev/null || echo full';
    assert.is(runOnOverlay(overlay, script), "full\n");
    assert.equal(await readdir(join(own, "memory")), []);
  },
);

test("refuses an image without layers and options longer than a page", async () => {
  await using directory = await makeTemporary();
  const upper = { type: "disk", lifetime: "run" } as const;
  await refuse("OVERLAY_INVALID", () =>
    prepareOverlay({ layers: [], directory: directory.path, upper }),
  );
  const layers = Array.from({ length: 50 }, (_, index) => `/${"x".repeat(100)}${index}`);
  await refuse("OVERLAY_OPTIONS_TOO_LONG", () =>
    prepareOverlay({ layers, directory: directory.path, upper }),
  );
  assert.equal(await readdir(directory.path), []);
});

test.run();
