import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bootstrap } from "../../src/bootstrap/bootstrap.js";
import { namespaces, testUnless } from "../capabilities.js";
import { refuse } from "../refuse.js";
import { makeTemporary } from "../temporary.js";
import { makeFakeArchive } from "./fake-archive.js";
import { startBootstrap } from "./start-bootstrap.js";

const test = suite("bootstrap");
const real = (name: string, run: () => Promise<void>): void =>
  testUnless(test, namespaces, name, run);

real("makes an image of what debootstrap left, cleaned", async () => {
  await using fake = await makeFakeArchive();
  const phases: string[] = [];
  const percents: number[] = [];
  const image = await bootstrap({
    ...fake.options,
    include: ["zsh", "adduser"],
    onProgress({ phase, percent }) {
      if (phases.at(-1) !== phase) phases.push(phase);
      percents.push(percent);
    },
  });
  assert.equal(image.references, ["testing:latest"]);
  assert.equal(image.config.config.Cmd, ["sh"]);
  const [tree = ""] = image.layers;
  const read = (path: string) => readFile(join(tree, path), "utf8");
  assert.is(await read("etc/name"), "testing1\n");
  assert.is(await read("etc/resolv.conf"), "");
  assert.is(await read("etc/machine-id"), "");
  assert.equal(await readdir(join(tree, "var/lib/apt/lists")), []);
  const mirror = `file://${fake.path}/archive`;
  // The archive has updates, and no security archive beside it.
  const sources = `deb ${mirror} testing1 main\ndeb ${mirror} testing1-updates main\n`;
  assert.is(await read("etc/apt/sources.list"), sources);

  const calls = await readFile(join(fake.path, "bin/calls"), "utf8");
  assert.match(calls, /--include=adduser,zsh .*--keyring=\S+ --force-check-gpg --cache-dir=/);
  assert.match(calls, / testing1 \S+ \S+ none\n$/);
  assert.equal(phases.slice(0, 4), ["prepare", "release", "download", "extract"]);
  assert.equal(phases.slice(-5), ["unpack", "configure", "clean", "pack", "commit"]);
  assert.equal(
    percents,
    [...percents].sort((a, b) => a - b),
  );
  assert.is(percents.at(-1), 100);
  assert.equal(await readdir(fake.store.layout.stage), []);
});

real("does nothing where the image is as it would be made", async () => {
  await using fake = await makeFakeArchive();
  const first = await bootstrap(fake.options);
  assert.equal(await bootstrap(fake.options), first);
  assert.is(await fake.countCalls(), 1);
});

real("restores a tree that it made before, and it is the same", async () => {
  await using fake = await makeFakeArchive();
  const first = await bootstrap(fake.options);
  await fake.store.remove("testing");
  const phases = new Set<string>();
  const second = await bootstrap({ ...fake.options, onProgress: ({ phase }) => phases.add(phase) });
  assert.is(await fake.countCalls(), 1);
  assert.equal([...phases], ["prepare", "commit"]);
  assert.equal(second.config.rootfs, first.config.rootfs);
  assert.is(await readFile(join(second.layers[0] ?? "", "etc/name"), "utf8"), "testing1\n");
});

real("never uses a tree that was made before the archive changed", async () => {
  await using fake = await makeFakeArchive();
  const first = await bootstrap(fake.options);
  await fake.publish();
  const second = await bootstrap(fake.options);
  assert.is(await fake.countCalls(), 2);
  assert.is.not(second.id, first.id);
  // One archive, with its description, is kept of each recipe.
  assert.is((await readdir(join(fake.path, "cache/trees"))).length, 2);
});

real("files a tree under the release that was really used", async () => {
  await using fake = await makeFakeArchive();
  const later = join(fake.path, "archive/InRelease.later");
  const release = join(fake.path, "archive/dists/testing1/InRelease");
  await fake.behave(`[ $phase != DOWNREL ] || cp ${later} ${release}`);
  await bootstrap(fake.options);
  await bootstrap(fake.options);
  assert.is(await fake.countCalls(), 1);
});

real("a damaged archive in the cache is made anew", async () => {
  await using fake = await makeFakeArchive();
  await bootstrap(fake.options);
  await fake.store.remove("testing");
  const trees = join(fake.path, "cache/trees");
  for (const name of await readdir(trees)) {
    if (/\.tar\./.test(name)) await writeFile(join(trees, name), "broken");
  }
  await bootstrap(fake.options);
  assert.is(await fake.countCalls(), 2);
});

const PHASES = ["release", "download", "extract", "unpack", "configure", "pack", "commit"];

for (const phase of PHASES) {
  real(`aborted in phase ${phase}, leaves nothing`, async () => {
    await using fake = await makeFakeArchive();
    const controller = new AbortController();
    const reason = new Error("enough");
    const attempt = bootstrap({
      ...fake.options,
      signal: controller.signal,
      onProgress: (progress) => progress.phase === phase && controller.abort(reason),
    });
    await attempt.then(
      () => assert.unreachable(),
      (error) => assert.is(error, reason),
    );
    assert.equal(await fake.listLeftovers(), []);
    await bootstrap(fake.options);
  });
}

real("aborted before it begins, makes nothing at all", async () => {
  await using fake = await makeFakeArchive();
  const attempt = bootstrap({ ...fake.options, signal: AbortSignal.abort(new Error("enough")) });
  await attempt.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
  assert.equal(await readdir(fake.path), ["archive", "bin"]);
});

for (const phase of ["UNPACKREQ", "CONFREQ"]) {
  real(
    `killed at ${phase}, leaves no image, mount or process, and a stage for the next`,
    async () => {
      await using fake = await makeFakeArchive();
      // The pipe's reader ends when the last process of the bootstrap is gone.
      const pipe = join(fake.path, "pipe");
      execFileSync("mkfifo", [pipe]);
      await fake.behave(`[ $phase != ${phase} ] || { exec 9> ${pipe}; echo up >&9; sleep 1000; }`);
      const killed = startBootstrap(fake.options, { ...process.env, PATH: fake.searchPath });
      let said = "";
      for await (const chunk of createReadStream(pipe, "utf8")) {
        said += chunk;
        killed.kill();
      }
      assert.is(said, "up\n");
      assert.is(await killed.ended, null);
      assert.not.match(await readFile("/proc/self/mountinfo", "utf8"), fake.path);
      const left = await fake.listLeftovers();
      assert.is(left.length, 1);
      assert.match(left[0] ?? "", /^stage\//);

      await fake.behave("");
      await bootstrap(fake.options);
      assert.equal(await readdir(fake.store.layout.stage), []);
      assert.equal(await readdir(fake.store.layout.trash), []);
    },
  );
}

real("of two at once one works, the other waits and uses it", async () => {
  await using fake = await makeFakeArchive();
  const pipe = join(fake.path, "pipe");
  execFileSync("mkfifo", [pipe]);
  await fake.behave(`[ $phase != UNPACKREQ ] || cat ${pipe}`);
  const env = { ...process.env, PATH: fake.searchPath };
  const first = startBootstrap(fake.options, env);
  await first.reach("unpack");
  const second = startBootstrap(fake.options, env);
  await second.reach("wait");
  await writeFile(pipe, "go on");
  assert.equal(await Promise.all([first.ended, second.ended]), [0, 0]);
  assert.is(await fake.countCalls(), 1);
  assert.is(first.lines.at(-1), second.lines.at(-1));
  assert.not(second.lines.includes("unpack"));
});

real("the waiting one takes over when the working one is killed", async () => {
  await using fake = await makeFakeArchive();
  const pipe = join(fake.path, "pipe");
  execFileSync("mkfifo", [pipe]);
  await fake.behave(
    `[ $phase != UNPACKREQ ] || [ -e "$here/again" ] ||
      { touch "$here/again"; echo up > ${pipe}; sleep 1000; }`,
  );
  const first = startBootstrap(fake.options, { ...process.env, PATH: fake.searchPath });
  assert.is(await readFile(pipe, "utf8"), "up\n");
  const second = bootstrap({
    ...fake.options,
    onProgress: ({ phase }) => phase === "wait" && first.kill(),
  });
  assert.equal((await second).references, ["testing:latest"]);
  assert.is(await first.ended, null);
  assert.equal(await readdir(fake.store.layout.stage), []);
});

real("a full disk is told as such", async () => {
  await using fake = await makeFakeArchive();
  await using space = await makeTemporary();
  // A file system of our own in a mount namespace of our own, in which the bootstrap runs.
  const script = `mount -t tmpfs -o size=256k tmpfs "$0" && "$@" 2>&1 >/dev/null
    cd "$0/images" && find stage trash refs configs layers -mindepth 1 2>/dev/null | sed 's/^/left: /'`;
  await fake.behave('[ $phase != EXTRACTPKGS ] || head -c 1000000 /dev/zero > "$tree/big"');
  const program = new URL("bootstrap-process.ts", import.meta.url).pathname;
  const { store: _store, ...options } = fake.options;
  const directories = { root: space.path, cache: join(fake.path, "cache") };
  const argument = JSON.stringify({ ...options, directories });
  const run = [process.execPath, "--import", "tsx", program, argument];
  const unshare = ["--mount", "--propagation", "private", "sh", "-c", script, space.path, ...run];
  const said = execFileSync("unshare", unshare, {
    encoding: "utf8",
    env: { ...process.env, PATH: fake.searchPath },
  });
  assert.match(said, "RootfsError: failed to bootstrap testing testing1: no space left on device");
  assert.match(said, "NO_SPACE");
  assert.not.match(said, "left: ");
});

real("what debootstrap says of its failure is told", async () => {
  await using fake = await makeFakeArchive();
  await fake.behave(
    "[ $phase != EXTRACTPKGS ] || { printf 'E: DEBS\\nEA: foo\\nEF: no %%s\\n' >&3; exit 1; }",
  );
  const error = await refuse("BOOTSTRAP_FAILED", () => bootstrap(fake.options));
  assert.is(error.message, "failed to bootstrap testing testing1: no foo");
  assert.equal(await fake.listLeftovers(), []);
});

real("keyrings: a missing, an empty and a strange one are refused", async () => {
  await using fake = await makeFakeArchive();
  const empty = join(fake.path, "empty.gpg");
  await writeFile(empty, "");
  const tries: [string, string | undefined][] = [
    ["KEYRING_MISSING", "/nonexistent.gpg"],
    ["KEYRING_INVALID", empty],
  ];
  for (const [code, keyring] of tries) {
    await refuse(code, () => bootstrap({ ...fake.options, keyring }));
  }
  const release = join(fake.path, "archive/dists/testing1/InRelease");
  await writeFile(
    release,
    (await readFile(release, "utf8")).replace("Origin: Test", "Origin: Evil"),
  );
  const error = await refuse("SIGNATURE_INVALID", () => bootstrap(fake.options));
  assert.match(error.message, "BAD signature");
  assert.is(await fake.countCalls(), 0);
  assert.equal(await fake.listLeftovers(), []);
});

real("archives: an unknown suite and an unreachable mirror are refused", async () => {
  await using fake = await makeFakeArchive();
  await refuse("SUITE_NOT_FOUND", () => bootstrap({ ...fake.options, suite: "testing2" }));
  const mirror = "http://127.0.0.1:9/archive";
  await refuse("MIRROR_UNREACHABLE", () => bootstrap({ ...fake.options, mirror }));
  assert.equal(await fake.listLeftovers(), []);
});

real("bad choices are refused before anything is made", async () => {
  await using fake = await makeFakeArchive();
  const cases: [string, object][] = [
    ["IMAGE_REFERENCE_INVALID", { image: "../x" }],
    ["IMAGE_NOT_FOUND", { image: "fedora", recipe: undefined }],
    ["IMAGE_NOT_FOUND", { image: "testing:two" }],
    ["RECIPE_INVALID", { recipe: { ...fake.options.recipe, suite: "../x" } }],
    ["OPTION_INVALID", { suite: "a/b" }],
    ["OPTION_INVALID", { suite: "--foreign" }],
    ["OPTION_INVALID", { variant: "huge" }],
    ["OPTION_INVALID", { include: ["zsh,--purge"] }],
    ["OPTION_INVALID", { mirror: "ftp://archive.test" }],
    ["OPTION_INVALID", { mirror: "no url" }],
    ["OPTION_INVALID", { backend: "magic" }],
    ["ARCHITECTURE_FOREIGN", { arch: "vax" }],
    ["OPTION_INVALID", { image: "busybox", recipe: undefined, suite: "one", mirror: undefined }],
  ];
  for (const [code, change] of cases) {
    await refuse(code, () => bootstrap({ ...fake.options, ...change }));
  }
  assert.equal(await readdir(fake.path), ["archive", "bin"]);
});

real("a store below a file is refused", async () => {
  await using directory = await makeTemporary();
  const file = join(directory.path, "file");
  await writeFile(file, "");
  await using fake = await makeFakeArchive(file);
  await refuse("DIRECTORY_UNUSABLE", () => bootstrap(fake.options));
});

test.run();
