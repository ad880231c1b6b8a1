// As a user without root, whom root becomes for the purpose.
import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { chmod, chown, lstat, mkdir, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BootstrapOptions } from "../../src/bootstrap/bootstrap.js";
import { findProgram } from "../../src/bootstrap/program.js";
import { ImageStore } from "../../src/image-store.js";
import { detectHostDistribution } from "../../src/os-release.js";
import { loadRecipe } from "../../src/recipe.js";
import { findArchive, findMissing, testUnless } from "../capabilities.js";
import {
  bareUser,
  missingBareUser,
  missingRangedUser,
  type OrdinaryUser,
  rangedUser,
} from "../ordinary-user.js";
import { makeTemporary } from "../temporary.js";
import { type FakeArchive, makeFakeArchive } from "./fake-archive.js";
import { startBootstrap } from "./start-bootstrap.js";

const test = suite("bootstrap without root");

/** A directory of the user's own for images, and a store in it. */
async function openStoreOf({ uid, gid }: OrdinaryUser) {
  const directory = await makeTemporary();
  await chown(directory.path, uid, gid);
  const [root, cache] = [join(directory.path, "root"), join(directory.path, "cache")];
  return { ...directory, store: ImageStore.open({ root, cache }) };
}

/** The user's, although a test of root has laid it out. */
async function makeArchiveOf({ uid, gid }: OrdinaryUser): Promise<FakeArchive> {
  const fake = await makeFakeArchive();
  execFileSync("chown", ["-R", `${uid}:${gid}`, fake.path]);
  return fake;
}

/** Bootstraps as the user. */
function start(
  user: OrdinaryUser,
  options: BootstrapOptions & { store: ImageStore },
  searchPath = process.env["PATH"],
) {
  return startBootstrap(options, { ...process.env, PATH: searchPath }, user.wrapper);
}

async function listAll({ store }: { store: ImageStore }): Promise<string[]> {
  const { stage, trash, layers, configs } = store.layout;
  const names = await Promise.all(
    [stage, trash, layers, configs].map((directory) => readdir(directory).catch(() => [])),
  );
  return names.flat();
}

testUnless(
  test,
  missingRangedUser,
  "makes an image with files of many owners, restores it, and removes it",
  async () => {
    const user = rangedUser;
    await using fake = await makeArchiveOf(user);
    await fake.behave(`
      [ $phase != CONFREQ ] || {
        mkdir -m 700 "$tree/closed" "$tree/var/lib/apt/lists/partial"
        touch "$tree/closed/file"
        chown -R 42:43 "$tree/closed" "$tree/var/lib/apt/lists/partial"
      }`);
    const first = start(user, fake.options, fake.searchPath);
    assert.is(await first.ended, 0, first.lines.join(" "));
    const look = async () => {
      const image = await fake.store.inspect("testing");
      const [tree = ""] = image.layers;
      const [outer, inner] = [await lstat(tree), await lstat(join(tree, "closed"))];
      assert.is(outer.uid, user.uid);
      assert.is.not(inner.uid, outer.uid);
      assert.equal(await readdir(join(tree, "var/lib/apt/lists")), []);
      return { owners: [inner.uid, inner.gid], layers: image.config.rootfs };
    };
    const made = await look();

    const remove = `import { ImageStore } from "${new URL("../../src/image-store.ts", import.meta.url)}";
      await ImageStore.open(${JSON.stringify(fake.store.directories)}).remove("testing");`;
    const [file = "", ...args] = [...user.wrapper, process.execPath, "--import", "tsx"];
    execFileSync(file, [...args, "--input-type=module", "-e", remove], { stdio: "inherit" });
    assert.equal(await listAll(fake), []);

    const second = start(user, fake.options, fake.searchPath);
    assert.is(await second.ended, 0);
    assert.is(await fake.countCalls(), 1);
    assert.equal(await look(), made);
  },
);

testUnless(
  test,
  missingRangedUser,
  "killed, leaves no mount or process, and a stage that the next one removes",
  async () => {
    const user = rangedUser;
    await using fake = await makeArchiveOf(user);
    const pipe = join(fake.path, "pipe");
    execFileSync("mkfifo", ["-m", "666", pipe]);
    // The pipe's reader ends when the last process of the bootstrap is gone.
    await fake.behave(
      `[ $phase != UNPACKREQ ] || {
        mkdir -m 700 "$tree/closed"; chown 42 "$tree/closed"; exec 9> ${pipe}; echo up >&9; sleep 1000; }`,
    );
    const killed = start(user, fake.options, fake.searchPath);
    let said = "";
    for await (const chunk of createReadStream(pipe, "utf8")) {
      said += chunk;
      killed.kill();
    }
    assert.is(said, "up\n");
    assert.is(await killed.ended, null);
    assert.not.match(await readFile("/proc/self/mountinfo", "utf8"), fake.path);
    assert.is((await listAll(fake)).length, 1);

    await fake.behave("");
    assert.is(await start(user, fake.options, fake.searchPath).ended, 0);
    assert.equal(await readdir(fake.store.layout.stage), []);
    assert.equal(await readdir(fake.store.layout.trash), []);
  },
);

testUnless(test, missingRangedUser, "interrupted while it unpacks, leaves nothing", async () => {
  const user = rangedUser;
  await using fake = await makeArchiveOf(user);
  await fake.behave('[ $phase != DOWNDEBS ] || { mkdir -m 700 "$tree/x"; chown 42 "$tree/x"; }');
  const attempt = start(user, fake.options, fake.searchPath);
  await attempt.reach("unpack");
  attempt.kill("SIGINT");
  await attempt.ended;
  // It may have been too late already; then the image is whole.
  const whole = (await fake.store.find("testing")) !== undefined;
  assert.is((await listAll(fake)).length, whole ? 2 : 0);
});

testUnless(
  test,
  missingBareUser ?? (await findMissing("busybox")),
  "a user without subordinate ids makes a busybox image, all of it the user's own",
  async () => {
    await using opened = await openStoreOf(bareUser);
    const { store } = opened;
    const attempt = start(bareUser, { image: "busybox", store });
    assert.is(await attempt.ended, 0, attempt.lines.join(" "));
    const { layers, references } = await store.inspect("busybox");
    assert.equal(references, ["busybox:latest"]);
    for (const path of ["", "bin/busybox", "etc/shadow", "tmp"]) {
      assert.is((await lstat(join(layers[0] ?? "", path))).uid, bareUser.uid, path);
    }
  },
);

testUnless(
  test,
  missingBareUser,
  "a user without subordinate ids is told how to get some, before anything is made",
  async () => {
    await using fake = await makeArchiveOf(bareUser);
    const attempt = start(bareUser, fake.options, fake.searchPath);
    assert.is.not(await attempt.ended, 0);
    assert.match(attempt.lines.join("\n"), "SUBORDINATE_IDS_MISSING");
    assert.match(
      attempt.lines.join("\n"),
      /sudo usermod --add-subuids (\d+)-\d+ --add-subgids \1-/,
    );
    assert.equal(await readdir(fake.path), ["archive", "bin"]);
  },
);

const distribution = await detectHostDistribution();
const archive =
  missingRangedUser ??
  (await findArchive()) ??
  (distribution ? undefined : "the host is neither Debian nor Ubuntu");

testUnless(test, archive, "the real debootstrap, from a private copy", async () => {
  const user = rangedUser;
  await using opened = await openStoreOf(user);
  const cache = await makeCacheOf(user);
  const store = ImageStore.open({ root: join(opened.path, "root"), cache });
  const recipe = await loadRecipe(distribution ?? "debian");
  const installed = await findProgram("debootstrap");
  const hide = installed ? `mount --bind /dev/null ${installed} && ` : "";
  const jail = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    `${hide}exec "$@"`,
    "sh",
  ];
  const wrapper = [...(user.wrapper.length > 0 ? jail : []), ...user.wrapper];
  const attempt = start({ ...user, wrapper }, { image: "real", recipe, store });
  assert.is(await attempt.ended, 0, attempt.lines.join(" "));
  const { layers } = await store.inspect("real");
  const shadow = await lstat(join(layers[0] ?? "", "etc/shadow"));
  assert.is(shadow.uid, user.uid);
  assert.is.not(shadow.gid, user.gid);
});

/** Kept between runs, so that packages are downloaded once. */
async function makeCacheOf({ uid, gid }: OrdinaryUser): Promise<string> {
  const base = process.env["DOCKHER_TEST_CACHE"] ?? join(tmpdir(), "dockher-test-cache");
  const cache = `${base}-${uid}`;
  await mkdir(cache, { recursive: true });
  await chmod(cache, 0o700);
  await chown(cache, uid, gid);
  return cache;
}

test.run();
