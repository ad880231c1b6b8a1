import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { removeTree } from "../src/remove-tree.js";
import { root, testUnless } from "./capabilities.js";
import { bareUser, missingBareUser } from "./ordinary-user.js";
import { makeTemporary } from "./temporary.js";

const test = suite("remove-tree");

async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

test("removes a small tree, and what is not there", async () => {
  await using directory = await makeTemporary();
  const tree = join(directory.path, "tree");
  await mkdir(join(tree, "a/b"), { recursive: true });
  await writeFile(join(tree, "a/b/file"), "");
  await removeTree(tree);
  assert.ok(await isGone(tree));
  await removeTree(tree);
});

test("removes what another removes too, at the same time", async () => {
  await using directory = await makeTemporary();
  for (let round = 0; round < 50; round++) {
    const tree = join(directory.path, "tree");
    await mkdir(tree);
    for (let file = 0; file < 40; file++) await writeFile(join(tree, `${file}`), "");
    const other = spawn("find", [tree, "-type", "f", "-delete"], { stdio: "ignore" });
    await once(other, "spawn");
    await removeTree(tree);
    assert.ok(await isGone(tree), `round ${round}`);
    if (other.exitCode === null) await once(other, "exit");
  }
});

test("does not follow links", async () => {
  await using directory = await makeTemporary();
  const [tree, other] = [join(directory.path, "tree"), join(directory.path, "other")];
  await mkdir(tree);
  await mkdir(other);
  await writeFile(join(other, "kept"), "");
  await symlink(other, join(tree, "link"));
  await removeTree(tree);
  assert.ok(await isGone(tree));
  assert.not(await isGone(join(other, "kept")));
});

test("removes more entries than it cares to remove itself", async () => {
  await using directory = await makeTemporary();
  const tree = join(directory.path, "tree");
  await mkdir(tree);
  for (let index = 0; index < 600; index++) await writeFile(join(tree, String(index)), "");
  await removeTree(tree);
  assert.ok(await isGone(tree));
});

test("removes a tree deeper than a path may be long", async () => {
  await using directory = await makeTemporary();
  const tree = join(directory.path, "tree");
  await mkdir(tree);
  const name = "d".repeat(200);
  execFileSync("perl", [
    "-e",
    `chdir shift or die; for (1..60) { mkdir "${name}" or die; chdir "${name}" or die }`,
    tree,
  ]);
  await removeTree(tree);
  assert.ok(await isGone(tree));
});

testUnless(test, root, "removes closed directories and immutable files", async () => {
  await using directory = await makeTemporary();
  const tree = join(directory.path, "tree");
  await mkdir(join(tree, "closed/inner"), { recursive: true });
  await writeFile(join(tree, "fixed"), "");
  await chmod(join(tree, "closed"), 0);
  try {
    execFileSync("chattr", ["+i", join(tree, "fixed")], { stdio: "ignore" });
  } catch {
    console.log("SKIP immutable file: the file system of the temporary directory has no chattr");
  }
  await removeTree(tree);
  assert.ok(await isGone(tree));
});

testUnless(
  test,
  missingBareUser,
  "a user without root removes what overlayfs and containers close",
  async () => {
    await using directory = await makeTemporary();
    const [work, many] = [join(directory.path, "work"), join(directory.path, "many")];
    await mkdir(join(work, "work"), { recursive: true });
    await mkdir(many);
    for (let index = 0; index < 100; index++) await writeFile(join(many, String(index)), "");
    execFileSync("chown", ["-R", `${bareUser.uid}:${bareUser.gid}`, directory.path]);
    for (const closed of [join(work, "work"), many]) await chmod(closed, 0);
    const program = `import { removeTree } from "${new URL("../src/remove-tree.ts", import.meta.url)}";
      for (const tree of ${JSON.stringify([work, many])}) await removeTree(tree);`;
    const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", program];
    const [file = "", ...args] = [...bareUser.wrapper, ...node];
    execFileSync(file, args, { stdio: "inherit" });
    assert.equal([await isGone(work), await isGone(many)], [true, true]);
  },
);

test.run();
