// With the host's own archive and the real debootstrap. About a minute once the packages are cached.
import { execFileSync } from "node:child_process";
import { access, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bootstrap } from "../../src/bootstrap/bootstrap.js";
import { findProgram } from "../../src/bootstrap/program.js";
import { ImageStore } from "../../src/image-store.js";
import { detectHostDistribution } from "../../src/os-release.js";
import { type DebootstrapRecipe, loadRecipe } from "../../src/recipe.js";
import { findArchive, findMissing, testUnless } from "../capabilities.js";
import { makeTemporary } from "../temporary.js";
import { startBootstrap } from "./start-bootstrap.js";

const test = suite("debian");
const distribution = await detectHostDistribution();
const missing =
  (await findArchive()) ?? (distribution ? undefined : "the host is neither Debian nor Ubuntu");
const cache = process.env["DOCKHER_TEST_CACHE"] ?? join(tmpdir(), "dockher-test-cache");

/** A recipe that nothing in the cache fits but the packages. */
async function makeRecipe(): Promise<DebootstrapRecipe> {
  const recipe = await loadRecipe(distribution ?? "debian");
  assert.ok(recipe.builder === "debootstrap");
  return { ...recipe, config: { ...recipe.config, Labels: { test: String(Math.random()) } } };
}

async function openStore() {
  const root = await makeTemporary();
  const trees = async (): Promise<string[]> => readdir(join(cache, "trees")).catch(() => []);
  const before = await trees();
  return {
    path: root.path,
    store: ImageStore.open({ root: root.path, cache }),
    async [Symbol.asyncDispose](): Promise<void> {
      const fresh = (await trees()).filter((name) => !before.includes(name));
      for (const name of fresh) await rm(join(cache, "trees", name));
      await root[Symbol.asyncDispose]();
    },
  };
}

testUnless(test, missing, "two at once without a debootstrap, then a second time", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const options = { image: "real", recipe: await makeRecipe(), store };
  // Hides the host's debootstrap in a mount namespace, so that a private copy has to do.
  const installed = await findProgram("debootstrap");
  const hide = installed ? `mount --bind /dev/null ${installed} && ` : "";
  const script = `${hide}exec "$@"`;
  const wrapper = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"];
  const first = startBootstrap(options, process.env, wrapper);
  await first.reach("release");
  const second = startBootstrap(options, process.env, wrapper);
  assert.equal(await Promise.all([first.ended, second.ended]), [0, 0]);
  assert.ok(second.lines.includes("wait"));
  assert.not(second.lines.includes("unpack"));
  assert.is(second.lines.at(-1), first.lines.at(-1));
  await access(join(cache, "tools/debootstrap/usr/sbin/debootstrap"));

  const image = await store.inspect("real");
  assert.is(image.id, first.lines.at(-1));
  const [tree = ""] = image.layers;
  const said = execFileSync("chroot", [tree, "dpkg", "--audit"], { encoding: "utf8" });
  assert.is(said, "");
  const sources = await readFile(join(tree, "etc/apt/sources.list"), "utf8");
  assert.match(sources, /-updates main/);
  assert.match(sources, /-security main/);
  assert.is(await readFile(join(tree, "etc/resolv.conf"), "utf8"), "");

  await store.remove("real");
  const phases = new Set<string>();
  const again = await bootstrap({ ...options, onProgress: ({ phase }) => phases.add(phase) });
  assert.equal([...phases], ["prepare", "commit"]);
  assert.equal(again.config.rootfs, image.config.rootfs);
});

const withoutMmdebstrap = missing ?? (await findMissing("mmdebstrap"));

testUnless(test, withoutMmdebstrap, "mmdebstrap makes such an image too", async () => {
  await using opened = await openStore();
  const { store } = opened;
  const recipe = await makeRecipe();
  const image = await bootstrap({ image: "real", recipe, store, backend: "mmdebstrap" });
  const [tree = ""] = image.layers;
  assert.is(execFileSync("chroot", [tree, "dpkg", "--audit"], { encoding: "utf8" }), "");
  assert.match(await readFile(join(tree, "etc/apt/sources.list"), "utf8"), /-security main/);
});

testUnless(test, missing, "aborted while it extracts, leaves nothing", async () => {
  await using opened = await openStore();
  const controller = new AbortController();
  const attempt = bootstrap({
    image: "real",
    recipe: await makeRecipe(),
    store: opened.store,
    signal: controller.signal,
    onProgress: ({ phase }) => phase === "extract" && controller.abort(new Error("enough")),
  });
  await attempt.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
  assert.equal(await readdir(opened.store.layout.stage), []);
  assert.equal(await readdir(opened.store.layout.trash), []);
  assert.equal(await opened.store.list(), []);
});

testUnless(
  test,
  missing,
  "killed while it unpacks, leaves no mount, no process, no image",
  async () => {
    await using opened = await openStore();
    const options = { image: "real", recipe: await makeRecipe(), store: opened.store };
    const killed = startBootstrap(options);
    await killed.reach("unpack");
    killed.kill();
    assert.is(await killed.ended, null);
    // The stage is the root of every process that debootstrap runs in it.
    const findUsers = async (): Promise<string[]> => {
      const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const lines = await Promise.all(
        pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")),
      );
      return lines.filter((line) => line.includes(opened.path));
    };
    while ((await findUsers()).length > 0) await new Promise(setImmediate);
    assert.not.match(await readFile("/proc/self/mountinfo", "utf8"), opened.path);
    assert.equal(await opened.store.list(), []);
  },
);

test.run();
