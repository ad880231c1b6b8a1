import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Results } from "../src/results.ts";

const MAIN = new URL("../dist/main.js", import.meta.url).pathname;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** @param onError Called with each piece of standard error, so that a test can act in the middle. */
async function runMain(
  args: readonly string[],
  directory: string,
  onError: (kill: () => void, text: string) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.on("data", (piece: Buffer) => onError(() => child.kill("SIGINT"), `${piece}`));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { code, stdout, stderr };
}

/** Why this machine cannot measure, or undefined where it can. */
function findObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return "containers without a user namespace need root";
  if (spawnSync("cc", ["--version"]).status !== 0) return "there is no C compiler";
  return undefined;
}

const test = suite<{ directory: string }>("bench");

test.before.each(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), "bench-test-"));
});

test.after.each(async ({ directory }) => {
  await rm(directory, { recursive: true, force: true });
});

test("shows bad arguments in two lines and does nothing", async ({ directory }) => {
  const { code, stdout, stderr } = await runMain(["--only", "podman"], directory);
  assert.is(code, 1);
  assert.is(stdout, "");
  assert.match(stderr, /^bench: failed to parse --only podman: .*\nhint: .*\n$/);
  assert.equal(await readdir(directory), []);
});

const obstacle = findObstacle();
if (obstacle === undefined) {
  test("measures two rounds, writes both files, leaves nothing", async ({ directory }) => {
    const json = join(directory, "out.json");
    const svg = join(directory, "out.svg");
    const args = [
      "--rounds",
      "2",
      "--only",
      "floor,library,spawn,bwrap,node",
      "--json",
      json,
      "--svg",
      svg,
    ];
    const { code, stdout, stderr } = await runMain(args, directory);
    assert.is(code, 0, stderr);
    assert.match(stdout, /the same system calls in plain C/);

    const results: Results = JSON.parse(await readFile(json, "utf8"));
    assert.equal(
      results.series.map(({ section, gapMs }) => [section, gapMs]),
      [
        ["starts", 0],
        ["starts", 50],
        ["command-lines", 0],
      ],
    );
    const floor = results.series[0]?.rows.find(({ name }) => name === "floor");
    assert.is(floor?.wallMs.count, 2);
    assert.ok((floor?.wallMs.median ?? 0) > 0);
    assert.match(await readFile(svg, "utf8"), /<\/svg>\n$/);
    assert.equal((await readdir(directory)).sort(), ["out.json", "out.svg"]);
  });

  test("cleans up at Ctrl-C and writes no result", async ({ directory }) => {
    const json = join(directory, "out.json");
    const args = ["--rounds", "10000", "--only", "floor,spawn", "--json", json];
    const { code, stdout, stderr } = await runMain(args, directory, (kill, piece) => {
      if (piece.includes("measuring")) kill();
    });
    assert.is(code, 1);
    assert.is(stdout, "");
    assert.match(stderr, /bench: failed to measure: SIGINT/);
    assert.equal(await readdir(directory), []);
  });
} else {
  console.log(`SKIP bench measures and cleans up: ${obstacle}`);
}

test.run();
