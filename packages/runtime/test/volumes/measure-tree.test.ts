import { spawn } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { measureTree } from "../../src/volumes/measure-tree.ts";

const test = suite<{ base: string; tree: string }>("size of a tree");

test.before.each((context) => {
  context.base = mkdtempSync(join(tmpdir(), "dockher-size-"));
  context.tree = join(context.base, "tree");
  mkdirSync(join(context.tree, "way"), { recursive: true });
  mkdirSync(join(context.base, "outside"));
  writeFileSync(join(context.base, "outside/secret"), Buffer.alloc(100_000));
  writeFileSync(join(context.tree, "file"), Buffer.alloc(1000));
});
test.after.each(({ base }) => rmSync(base, { recursive: true }));

/** Runs a shell loop in the tree until the end of the block. */
function disturb(tree: string, loop: string): AsyncDisposable {
  const shell = spawn("sh", ["-c", `while :; do ${loop}; done`], {
    cwd: tree,
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Closed by the last program of the loop, not by the shell.
  shell.stdout.resume();
  const ended = new Promise<void>((resolve) => shell.once("close", () => resolve()));
  return {
    [Symbol.asyncDispose]: () => {
      shell.kill("SIGKILL");
      return ended;
    },
  };
}

test("each file once, however many names it has, and links as such", async ({ tree, base }) => {
  linkSync(join(tree, "file"), join(tree, "way/second"));
  writeFileSync(join(tree, "way/other"), Buffer.alloc(20));
  symlinkSync("1234567", join(tree, "way/link"));
  symlinkSync(join(base, "outside"), join(tree, "out"));
  assert.is(await measureTree(tree), 1000 + 20 + 7 + join(base, "outside").length);
  const error = await measureTree(join(base, "none")).catch((reason: unknown) => reason);
  assert.is((error as NodeJS.ErrnoException).code, "ENOENT");
});

test("what goes meanwhile is not counted, and all else is", async ({ tree }) => {
  await using _ = disturb(tree, "mkdir a a/b; : > a/b/c; rm -r a");
  for (let round = 0; round < 500; round++) assert.is(await measureTree(tree), 1000);
});

test("whoever exchanges directories for links meanwhile leads nobody out", async ({ tree }) => {
  symlinkSync("../outside", join(tree, "link"));
  await using _ = disturb(tree, "mv way aside; mv -T link way; mv -T way link; mv aside way");
  for (let round = 0; round < 500; round++) assert.ok((await measureTree(tree)) < 2000);
});

test.run();
