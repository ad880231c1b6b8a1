import { execFileSync } from "node:child_process";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle, whenPossible } from "./support/capability.js";

const suite = makeSuite("what the caller has");

const library = new URL("../dist/index.js", import.meta.url).href;

/** Launches a command in a Node that other commands have started, and prints what it says of itself. */
const program = `
  import { launch } from ${JSON.stringify(library)};
  import { text } from "node:stream/consumers";
  const show = "cat /proc/self/personality; cut -d ' ' -f 19,41 /proc/self/stat; ionice";
  const child = await launch({
    args: ["sh", "-c", show],
    env: ["PATH=/usr/bin:/bin"],
    namespaces: [],
    stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "inherit", fd: 2 }],
    steps: [],
  });
  console.log(await text(child.stdout));`;

function launchUnder(...prefix: string[]): string {
  const [command = "", ...args] = prefix;
  const node = [process.execPath, "--input-type=module", "-e", program];
  return execFileSync(command, [...args, ...node], { encoding: "utf8" }).trim();
}

whenPossible("what the caller has", findObstacle(), () => {
  suite("a better priority and an odd personality stay outside", () => {
    const shown = launchUnder("setarch", "-R", "nice", "-n", "-5", "ionice", "-c", "1");
    assert.match(shown, /^00000000\n0 0\nnone: prio/);
  });

  suite("real time stays outside, where there is any", () => {
    const shown = launchUnder("sh", "-c", 'chrt -r -p 1 $$ 2>/dev/null; exec "$0" "$@"');
    assert.match(shown, /\n0 0\n/);
  });

  suite("a worse priority is kept", () => {
    assert.match(launchUnder("nice", "-n", "5", "ionice", "-c", "3"), /\n5 0\nidle/);
  });
});

suite.run();
