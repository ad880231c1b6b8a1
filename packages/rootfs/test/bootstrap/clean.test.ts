import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cleanTree } from "../../src/bootstrap/clean.js";
import { makeTemporary } from "../temporary.js";

const test = suite("clean");

test("takes out the host's and apt's leftovers, and keeps the rest", async () => {
  await using directory = await makeTemporary();
  const tree = join(directory.path, "tree");
  const files = ["var/lib/apt/lists/x_Packages", "var/cache/apt/archives/a.deb", "dev/null2"];
  const kept = ["usr/bin/tool", "var/log/wtmp"];
  const others = ["etc/hostname", "etc/machine-id", "var/log/dpkg.log", "run/lock/x"];
  for (const path of [...files, ...kept, ...others, "etc/apt/sources.list"]) {
    await mkdir(join(tree, path, ".."), { recursive: true });
    await writeFile(join(tree, path), "content");
  }
  await cleanTree(tree, ["deb http://a.test x main"]);
  for (const path of ["var/lib/apt/lists", "var/cache/apt/archives", "dev", "run"]) {
    assert.equal(await readdir(join(tree, path)), [], path);
  }
  for (const path of kept) assert.is(await readFile(join(tree, path), "utf8"), "content");
  assert.equal((await readdir(join(tree, "etc"))).sort(), [
    "apt",
    "hosts",
    "machine-id",
    "resolv.conf",
  ]);
  assert.is(await readFile(join(tree, "etc/machine-id"), "utf8"), "");
  assert.is(
    await readFile(join(tree, "etc/apt/sources.list"), "utf8"),
    "deb http://a.test x main\n",
  );
});

test("writes no file outside of the tree where a link leads there", async () => {
  await using directory = await makeTemporary();
  const outside = join(directory.path, "outside");
  const tree = join(directory.path, "tree");
  await mkdir(join(tree, "etc/apt"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, "file"), "untouched");
  await symlink(join(outside, "file"), join(tree, "etc/resolv.conf"));
  await symlink(outside, join(tree, "run"));
  await cleanTree(tree, []);
  assert.is(await readFile(join(outside, "file"), "utf8"), "untouched");
  assert.ok((await lstat(join(tree, "etc/resolv.conf"))).isFile());
});

test.run();
