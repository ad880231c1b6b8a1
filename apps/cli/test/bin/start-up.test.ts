import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { BIN, Machine } from "./dockher.ts";

const test = suite("start-up");
const skip = findReasonToSkip();
const real: typeof test = skip === undefined ? test : ((() => {}) as unknown as typeof test);
if (skip !== undefined) console.log(`SKIP start-up: ${skip}`);

real("a run loads no module of Node's that it has no use for", async () => {
  using machine = new Machine();
  const list = join(machine.directory, "list");
  const hook = join(machine.directory, "hook.cjs");
  writeFileSync(
    hook,
    `const { writeFileSync } = require("node:fs");
process.on("exit", () => writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join("\\n")));`,
  );
  const run = (env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; stderr: string }> =>
    machine.run(["run", "busybox", "true"], { env });
  assert.is((await run()).code, 0);
  const { code, stderr } = await run({ NODE_OPTIONS: `--require=${hook}` });
  assert.is(code, 0, stderr);
  const loaded = readFileSync(list, "utf8").split("\n");
  assert.ok(loaded.includes("NativeModule fs"));
  // Together they cost as much CPU as a fifth of Node's own start.
  for (const name of ["child_process", "crypto", "net", "stream"]) {
    assert.not.ok(loaded.includes(`NativeModule ${name}`), name);
  }
});

test("what stays out of a run is in files of its own", () => {
  const main = readFileSync(join(BIN, "../../dist/main.cjs"), "utf8");
  for (const own of ["container.log", "monitor.sock"]) {
    assert.not.ok(main.includes(own), `${own} is in main.cjs`);
  }
});

test.run();
