import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compareTrees } from "../../src/files/compare-trees.ts";
import { HeldDirectory } from "../../src/files/held-directory.ts";

const test = suite<{ base: string }>("comparison of trees");

test.before.each((context) => {
  context.base = mkdtempSync(join(tmpdir(), "dockher-trees-"));
  for (const name of ["upper", "layer", "below", "outside"]) mkdirSync(join(context.base, name));
});
test.after.each(({ base }) => rmSync(base, { recursive: true }));

/** What has changed, where nothing was made anew as an opaque directory. */
function compare(base: string, expected: readonly string[] = []): string[] {
  using upper = HeldDirectory.open(join(base, "upper"));
  using layer = HeldDirectory.open(join(base, "layer"));
  using below = HeldDirectory.open(join(base, "below"));
  const options = { upper, layers: [layer, below], merged: undefined, expected: new Set(expected) };
  return compareTrees(options).map(({ kind, path }) => `${kind} ${path}`);
}

test("the layers count as the kernel merges them", ({ base }) => {
  for (const path of ["upper/kept", "upper/gone", "upper/file", "below/kept", "below/gone"]) {
    mkdirSync(join(base, path));
  }
  for (const path of ["below/kept/old", "upper/kept/old", "below/gone/old", "upper/gone/old"]) {
    writeFileSync(join(base, path), path.startsWith("upper") ? "new" : "");
  }
  writeFileSync(join(base, "layer/file"), "");
  writeFileSync(join(base, "upper/file/new"), "");
  for (const path of ["layer/gone", "upper/twice", "layer/twice", "upper/new"]) {
    execFileSync("mknod", [join(base, path), "c", "0", "0"]);
  }
  mkdirSync(join(base, "below/twice"));
  assert.equal(compare(base), [
    "changed /file",
    "added /file/new",
    "added /gone",
    "added /gone/old",
    "changed /kept",
    "changed /kept/old",
  ]);
});

test("a directory that is only passed through, or was expected, has not changed", ({ base }) => {
  for (const path of ["upper/etc", "layer/etc", "upper/proc"]) mkdirSync(join(base, path));
  writeFileSync(join(base, "upper/etc/hosts"), "");
  assert.equal(compare(base, ["/etc/hosts", "/proc"]), []);
  assert.equal(compare(base, ["/proc"]), ["changed /etc", "added /etc/hosts"]);
});

test("no link that is there leads out, neither of a layer nor of what was written", ({ base }) => {
  const outside = join(base, "outside");
  mkdirSync(join(outside, "deep"));
  for (const layer of ["layer", "below"]) symlinkSync(outside, join(base, layer, "way"));
  mkdirSync(join(base, "upper/way/deep"), { recursive: true });
  symlinkSync(outside, join(base, "upper/link"));
  assert.equal(compare(base), ["added /link", "changed /way", "added /way/deep"]);
});

test("whoever exchanges directories for links meanwhile leads nobody out", async ({ base }) => {
  writeFileSync(join(base, "outside/secret"), "");
  mkdirSync(join(base, "upper/way"));
  symlinkSync(join(base, "outside"), join(base, "upper/link"));
  const swap = "while :; do mv way aside; mv -T link way; mv -T way link; mv aside way; done";
  const swapper = spawn("sh", ["-c", swap], {
    cwd: join(base, "upper"),
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Closed by the last program of the loop, not by the shell.
  swapper.stdout.resume();
  const ended = new Promise((resolve) => swapper.once("close", resolve));
  try {
    for (let round = 0; round < 2000; round++) {
      const secrets = compare(base).filter((line) => line.includes("secret"));
      assert.equal(secrets, []);
    }
  } finally {
    swapper.kill("SIGKILL");
    await ended;
  }
});

test.run();
