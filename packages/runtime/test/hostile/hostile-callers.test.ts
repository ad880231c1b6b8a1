import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";
import type { Report } from "./caller.ts";

const test = suite("hostile callers");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP hostile callers: ${obstacle}`);

const caller = fileURLToPath(new URL("./caller.ts", import.meta.url));

let sandbox: Sandbox;
test.before(async () => {
  sandbox = await makeSandbox();
});
test.after(() => sandbox.remove());
test.after.each(() => assert.equal(sandbox.listLeftovers(), []));

interface CallOptions {
  circumstance: string;
  /** Runs as `sh -c SCRIPT sh NODE…`. */
  script?: string;
}

function call({ circumstance, script = 'exec "$@"' }: CallOptions): Report[] {
  const directory = join(sandbox.directories.root, "..");
  const node = [process.execPath, "--import", "tsx", caller];
  const { status, signal, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...node], {
    env: { ...process.env, CALLER: JSON.stringify({ directory, circumstance }) },
    encoding: "utf8",
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  assert.is(status, 0, `${signal} ${stdout}${stderr}`);
  const reports: Report[] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(reports.length > 0);
  for (const report of reports)
    console.log(`${report.circumstance}: ${report.code} ${report.message}`);
  return reports;
}

/** Each start went well or says what it lacks, and left nothing. */
function expectWhole(reports: Report[]): void {
  for (const { circumstance, code, message, stdout, left } of reports) {
    assert.equal(left, [], `${circumstance}: ${message}`);
    if (code === "started") assert.match(stdout, /end\n$/, circumstance);
    else assert.match(message, /^failed to .*: /, circumstance);
  }
}

for (const circumstance of ["few descriptors", "small files", "no processes", "little memory"]) {
  test(`${circumstance} are told, or enough`, () => expectWhole(call({ circumstance })));
}

for (const circumstance of ["no directory", "many signals"]) {
  test(`${circumstance} is no matter`, () => {
    const reports = call({ circumstance });
    expectWhole(reports);
    for (const { code, message } of reports) assert.is(code, "started", message);
  });
}

if (obstacle === undefined) test.run();
