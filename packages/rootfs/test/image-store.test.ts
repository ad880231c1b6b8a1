import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ImageStore } from "../src/image-store.js";
import { parseReference } from "../src/reference.js";
import { makeImage } from "./make-image.js";
import { refuse } from "./refuse.js";
import { makeTemporary } from "./temporary.js";

const test = suite("image-store");

async function openStore() {
  const directory = await makeTemporary();
  const store = ImageStore.open({
    root: join(directory.path, "root"),
    cache: join(directory.path, "cache"),
  });
  return { store, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

test("an empty store has nothing, and looking makes nothing", async () => {
  await using opened = await openStore();
  const { store } = opened;
  assert.equal(await store.list(), []);
  assert.is(await store.find("debian"), undefined);
  await refuse("IMAGE_NOT_FOUND", () => store.inspect("debian"));
  await access(store.directories.root).then(
    () => assert.unreachable(),
    () => undefined,
  );
});

test("finds an image by its name, its id and the beginning of its id", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const id = await makeImage(store, "debian");
  for (const name of [
    "debian",
    "debian:latest",
    id,
    id.slice(7),
    id.slice(7, 19),
    id.slice(0, 14),
  ]) {
    assert.is((await store.find(name))?.id, id, name);
  }
  const image = await store.inspect("debian");
  assert.equal(image.references, ["debian:latest"]);
  assert.is(image.size, 7);
  assert.is(image.created.toISOString(), "2030-01-01T00:00:00.000Z");
  for (const layer of image.layers) await access(join(layer, "name"));
});

test("refuses a bad name, an id of two images, a damaged file", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const id = await makeImage(store, "debian");
  await refuse("IMAGE_REFERENCE_INVALID", () => store.find("../etc"));
  await refuse("IMAGE_REFERENCE_INVALID", () => store.find("sha256:../../etc/passwd"));
  await writeFile(join(store.layout.configs, `${id.slice(7, 11)}${"0".repeat(60)}.json`), "{}");
  await refuse("IMAGE_AMBIGUOUS", () => store.find(id.slice(7, 11)));
  await writeFile(join(store.layout.refs, "debian/latest"), "{");
  await refuse("STORE_DAMAGED", () => store.find("debian"));
  await writeFile(
    join(store.layout.refs, "debian/latest"),
    '{"image":"sha256:../../../etc/passwd"}',
  );
  await refuse("STORE_DAMAGED", () => store.find("debian"));
});

test("lists the newest first, each with all its names", async () => {
  await using opened = await openStore();
  const { store } = opened;
  await makeImage(store, "old", { created: "2020-01-01T00:00:00Z" });
  const id = await makeImage(store, "new");
  await store.tag(id, parseReference("alias:1"));
  const names = (await store.list()).map(({ references }) => references);
  assert.equal(names, [["alias:1", "new:latest"], ["old:latest"]]);
});

test("a name goes alone while another is left; with the last one all is gone", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const id = await makeImage(store, "debian");
  await store.tag(id, parseReference("alias"));
  assert.equal(await store.remove("alias"), { untagged: ["alias:latest"] });
  assert.is((await store.find("debian"))?.id, id);
  assert.equal(await store.remove("debian"), { untagged: ["debian:latest"], deleted: id });
  for (const directory of ["refs", "configs", "layers", "trash"] as const) {
    assert.equal(await readdir(store.layout[directory]), [], directory);
  }
  await refuse("IMAGE_NOT_FOUND", () => store.remove("debian"));
});

test("an id removes all names; a layer that another image has stays", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const id = await makeImage(store, "one", { layer: "shared" });
  await makeImage(store, "two", { layer: "shared" });
  await store.tag(id, parseReference("uno"));
  assert.equal((await store.remove(id)).untagged, ["one:latest", "uno:latest"]);
  const left = await store.inspect("two");
  for (const layer of left.layers) await access(layer);
});

test("garbage of killed processes goes with the next change", async () => {
  await using opened = await openStore();
  const { store } = opened;
  await makeImage(store, "debian");
  await makeImage(store, "kept");
  await writeFile(join(store.layout.configs, ".half.json.tmp"), "{");
  await writeFile(join(store.layout.refs, "kept/.latest.tmp"), "{");
  await mkdir(join(store.layout.layers, "0".repeat(64), "diff"), { recursive: true });
  await store.remove("debian");
  assert.is((await readdir(store.layout.configs)).length, 1);
  assert.equal(await readdir(join(store.layout.refs, "kept")), ["latest"]);
  assert.is((await readdir(store.layout.layers)).length, 1);
});

test("an image in use is refused, and nothing has changed", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const id = await makeImage(store, "debian");
  const error = await refuse("IMAGE_IN_USE", () =>
    store.remove("debian", { findUsers: async () => ["abcdef0123456789"] }),
  );
  assert.match(error.message, "container abcdef012345 uses it");
  assert.is((await store.find("debian"))?.id, id);
});

test("a container that comes while the image goes keeps it", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const id = await makeImage(store, "debian");
  let asked = 0;
  await refuse("IMAGE_IN_USE", () =>
    store.remove("debian", {
      findUsers: async () => {
        // The second question comes when the name is gone, so nobody new can find the image.
        const found = await store.find("debian");
        assert.is(found === undefined, ++asked === 2);
        return asked === 1 ? [] : ["late"];
      },
    }),
  );
  const image = await store.inspect("debian");
  assert.is(image.id, id);
  for (const layer of image.layers) await access(layer);
});

test.run();
