import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { Machine } from "./dockher.ts";

const test = suite<{ machine: Machine }>("bin volume");
const reason = findReasonToSkip();
if (reason !== undefined) console.log(`SKIP bin volume: ${reason}`);

test.before((context) => {
  context.machine = new Machine();
});
test.after(({ machine }) => machine[Symbol.dispose]());

const DIGITS = /^[0-9a-f]{64}\n$/;

test("create, ls, inspect, rm, in Docker's words", async ({ machine }) => {
  const printed = async (...args: string[]) => (await machine.run(["volume", ...args])).stdout;
  assert.is(await printed("create", "--label", "tier=db", "tables"), "tables\n");
  assert.match(await printed("create"), DIGITS);
  assert.match(
    await printed("ls"),
    /^DRIVER {4}VOLUME NAME\nlocal {5}[0-9a-f]{64}\nlocal {5}tables\n$/,
  );
  assert.is(await printed("ls", "-qf", "label=tier=db"), "tables\n");
  assert.is(
    await printed("ls", "-f", "name=able", "--format", "{{.Name}} {{.Driver}}"),
    "tables local\n",
  );
  assert.is(await printed("ls", "-qf", "driver=nfs"), "");
  const label = await printed(
    "ls",
    "-f",
    "name=tables",
    "--format",
    'table {{.Name}}\t{{.Label "tier"}}',
  );
  assert.match(label, /^VOLUME NAME +tier\ntables +db\n$/);
  assert.not.match(await printed("ls", "--format", "json"), 'Label"');
  assert.is(await printed("inspect", "--format", "{{json .Labels}}", "tables"), '{"tier":"db"}\n');
  const [inspected] = JSON.parse(await printed("inspect", "tables"));
  assert.is(inspected.Mountpoint, `${machine.root}/volumes/tables/_data`);
  assert.equal([inspected.Driver, inspected.Scope, inspected.Options], ["local", "local", null]);
  assert.is(await printed("rm", "tables"), "tables\n");
});

test("what is not there", async ({ machine }) => {
  const inspected = await machine.run(["volume", "inspect", "none"]);
  assert.equal([inspected.code, inspected.stdout], [1, "[]\n"]);
  assert.match(inspected.stderr, "no such volume");
  assert.is((await machine.run(["volume", "rm", "none"])).code, 1);
  const forced = await machine.run(["volume", "rm", "-f", "none"]);
  assert.equal([forced.code, forced.stdout, forced.stderr], [0, "none\n", ""]);
});

test("prune asks, and removes named volumes only when it is told to", async ({ machine }) => {
  await machine.run(["volume", "prune", "-f"]);
  await machine.run(["volume", "create", "named"]);
  const { stdout: name } = await machine.run(["volume", "create"]);
  const refused = await machine.run(["volume", "prune"], { input: "n\n" });
  assert.is(refused.code, 1);
  assert.match(refused.stdout, "Are you sure you want to continue? [y/N] ");
  assert.is((await machine.run(["volume", "prune"])).code, 1);
  const agreed = await machine.run(["volume", "prune"], { input: "y\n" });
  assert.match(agreed.stdout, `Deleted Volumes:\n${name}\nTotal reclaimed space: 0B\n`);
  const forced = await machine.run(["volume", "prune", "-af"]);
  assert.is(forced.stdout, "Deleted Volumes:\nnamed\n\nTotal reclaimed space: 0B\n");
  const none = await machine.run(["volume", "prune", "-f"]);
  assert.is(none.stdout, "Total reclaimed space: 0B\n");
});

if (reason === undefined) {
  test("run keeps what it wrote to a volume, and removes what has no name", async ({ machine }) => {
    const write = [
      "run",
      "-q",
      "-v",
      "kept:/data",
      "-v",
      "/own",
      "busybox",
      "sh",
      "-c",
      "echo x > /data/file",
    ];
    const written = await machine.run(write);
    assert.equal([written.code, written.stderr], [0, ""]);
    const mount = "type=volume,source=kept,target=/d,readonly,volume-subpath=file";
    assert.is((await machine.run(["run", "--mount", mount, "busybox", "cat", "/d"])).stdout, "x\n");
    assert.is((await machine.run(["volume", "ls", "-q"])).stdout, "kept\n");
    assert.is((await machine.run(["volume", "rm", "kept"])).code, 0);
  });
}

test.run();
