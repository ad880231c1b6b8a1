import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeLauncher, READY } from "../../src/spawn/launcher.js";
import { assertRejects } from "../assert-rejects.js";
import { readOutput } from "../read-output.js";

const test = suite("launcher");

/** Launches `echo ran` with a plain file in the place of cgroup.procs. */
async function launch(flags: "w" | "r"): Promise<{ said: string; output: string; procs: string }> {
  const directory = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
  const file = join(directory, "procs");
  closeSync(openSync(file, "w"));
  const fd = openSync(file, flags);
  try {
    const request = { argv: ["echo", "ran"], env: {}, stdio: undefined, procsFds: [fd] };
    const { file: shell, args, stdio, statusFd } = makeLauncher(request);
    const child = spawn(shell, args, { stdio });
    const [said, output] = await Promise.all([readOutput(child, statusFd), readOutput(child)]);
    return { said, output, procs: readFileSync(file, "utf8") };
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
}

test("joins, says that it is ready, and becomes the program", async () => {
  assert.equal(await launch("w"), { said: READY, output: "ran\n", procs: "0\n" });
});

test("runs nothing where it cannot join, and says why on its own pipe", async () => {
  const { said, output } = await launch("r");
  assert.is(output, "");
  assert.is.not(said, READY);
  assert.match(said, /sh:/);
});

test("brings back variables that a shell drops, only where there are any", () => {
  const words = (env: Record<string, string>): readonly string[] =>
    makeLauncher({ argv: ["a"], env, stdio: "ignore", procsFds: [] }).args.slice(3);
  assert.equal(words({ PLAIN: "1" }), ["a"]);
  assert.equal(words({ "A-B": "1" }), ["/usr/bin/env", "--", "A-B=1", "a"]);
});

test("refuses what it could not carry out", async () => {
  const request = { argv: ["a=b"], env: { "A-B": "1" }, stdio: "ignore" as const, procsFds: [] };
  await assertRejects(() => makeLauncher(request), "INVALID_COMMAND", /A-B/);
  const many = {
    argv: ["a"],
    env: {},
    stdio: new Array(6).fill("ignore"),
    procsFds: [7, 8, 9, 10],
  };
  await assertRejects(() => makeLauncher(many), "INVALID_STDIO", /room for 5/);
});

test.run();
