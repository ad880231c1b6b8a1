import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { BIN, Machine } from "./dockher.ts";

const test = suite<{ machine: Machine; say: (...args: string[]) => Promise<string> }>("bin files");
const reason = findReasonToSkip();
if (reason !== undefined) console.log(`SKIP bin files: ${reason}`);

test.before(async (context) => {
  const machine = new Machine();
  const say = machine.say.bind(machine);
  await say("run", "-d", "--name", "live", "busybox", "sleep", "1000");
  await say("create", "--name", "still", "busybox", "true");
  Object.assign(context, { machine, say });
});
test.after(async ({ machine }) => {
  await machine.removeContainers();
  machine[Symbol.dispose]();
});

test("cp replaces nothing that is mounted, as in Docker", async ({ machine, say }) => {
  const file = join(machine.directory, "file");
  writeFileSync(file, "mine\n");
  const before = await say("exec", "live", "cat", "/etc/hosts");
  for (const [name, mention] of [
    ["live", /^dockher: failed to use \/etc\/hosts: something is mounted on it\n$/],
    ["still", /^dockher: failed to use \/etc\/hosts: it is written anew .* still starts\n$/],
  ] as const) {
    const { code, stderr } = await machine.run(["cp", file, `${name}:/etc/hosts`]);
    assert.is(code, 1);
    assert.match(stderr, mention);
  }
  assert.is(await say("exec", "live", "cat", "/etc/hosts"), before);
});

test("cp says in one line why it failed, without our own paths", async ({ machine, say }) => {
  const file = join(machine.directory, "big");
  writeFileSync(file, Buffer.alloc(10_000_000));
  await say("exec", "live", "mkdir", "-p", "/taken/big");
  for (const [from, to, mention] of [
    [file, "live:/proc/none", /\/proc\/none: there is no such file or directory/],
    [machine.directory, "live:/proc/", /\/proc\/\S+: there is no such file or directory/],
    ["live:/taken/big", "/proc/none", /none: there is no such file or directory/],
  ] as const) {
    const { code, stderr } = await machine.run(["cp", from, to]);
    assert.is(code, 1, stderr);
    assert.match(stderr, /^dockher: failed to .*\n(?:hint: .*\n)?$/);
    assert.match(stderr, mention);
    assert.not.match(stderr, "/proc/self/fd");
  }
});

test("cp out of a container and back into it, in one pipe", async ({ machine, say }) => {
  const script = '"$0" "$1" cp still:/etc/passwd - | "$0" "$1" cp - still:/tmp/';
  const shell = spawn("sh", ["-c", script, process.execPath, BIN], { env: machine.env });
  const [stderr, [code]] = await Promise.all([text(shell.stderr), once(shell, "close")]);
  assert.equal([code, stderr], [0, ""]);
  assert.match((await say("cp", "still:/tmp/passwd", "-")).slice(0, 100), /^passwd/);
});

test("Ctrl-C ends a cp that waits for its input", async ({ machine }) => {
  const child = spawn(process.execPath, ["--", BIN, "cp", "-", "live:/"], {
    env: machine.env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const [archive] = [await machine.run(["cp", "live:/etc/passwd", "-"])];
  child.stdin.write(archive.stdout.replace(/\0+$/, "\0".repeat(512)));
  while ((await machine.run(["exec", "live", "test", "-e", "/passwd"])).code !== 0);
  child.kill("SIGINT");
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  assert.equal([code, stdout, stderr], [130, "", ""]);
});

test("sizes, of a container and of all there is", async ({ machine, say }) => {
  await say(
    "run",
    "--rm=false",
    "--name",
    "big",
    "-v",
    "shelf:/shelf",
    "busybox",
    "sh",
    "-c",
    WRITE,
  );
  const sizes = await say("inspect", "-s", "-f", "{{.SizeRw}} {{.SizeRootFs}}", "big");
  const [written = 0, total = 0] = sizes.split(" ").map(Number);
  assert.is(written, 2000);
  assert.ok(total > written);
  assert.is(await say("inspect", "-f", "{{.SizeRw}} {{.SizeRootFs}}", "big"), "<nil> <nil>\n");
  assert.match(await say("inspect", "--size", "big"), /"SizeRw": 2000,\n +"SizeRootFs": \d+,/);
  assert.not.match(await say("inspect", "big"), "SizeRw");
  const verbose = await say("system", "df", "-v");
  assert.match(
    verbose,
    /^Images space usage:\n\nREPOSITORY +TAG +IMAGE ID +CREATED +SIZE +SHARED SIZE +UNIQUE SIZE +CONTAINERS\nbusybox +latest .* 0B .* 3\n\nContainers space usage:\n\n/,
  );
  assert.match(verbose, /CONTAINER ID +IMAGE +COMMAND +LOCAL VOLUMES +SIZE .*\n.* 1 +2kB .* big\n/);
  assert.match(
    verbose,
    /\n\nLocal Volumes space usage:\n\nVOLUME NAME +LINKS +SIZE\nshelf +1 +30B\n$/,
  );
  const whole = JSON.parse(await say("system", "df", "-v", "--format", "json"));
  assert.equal(Object.keys(whole), ["Images", "Containers", "Volumes"]);
  assert.is(
    await say("system", "df", "-v", "--format", "{{range .Volumes}}{{.Name}} {{.Links}}{{end}}"),
    "shelf 1\n",
  );
  for (const format of ["table {{.Name}}", "{{.Nothing}}"]) {
    const { code, stdout, stderr } = await machine.run(["system", "df", "-v", "--format", format]);
    assert.equal([code, stdout], [1, ""]);
    assert.match(stderr, /^dockher: failed to .*\n(?:hint: .*\n)?$/);
  }
});

test("prune with a label leaves images without it", async ({ machine, say }) => {
  const id = nameNothing(machine);
  await say("create", "--name", "chosen", "--label", "old", "busybox", "true");
  const pruned = await say("system", "prune", "-f", "--filter", "label=old");
  assert.match(pruned, /^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: 0B\n$/);
  assert.match(await say("image", "prune", "-af", "--filter", "label=old"), /^Total .*: 0B\n$/);
  assert.match(await say("image", "prune", "-f", "--filter", "label!=old"), `deleted: ${id}\n`);
});

const WRITE = "head -c 2000 /dev/zero > /own; head -c 30 /dev/zero > /shelf/book";

/** Makes an image without a name, of layers that are there; its id. */
function nameNothing({ root }: Machine): string {
  const configs = join(root, "images/configs");
  const [name = ""] = readdirSync(configs);
  const text = JSON.stringify({
    ...JSON.parse(readFileSync(join(configs, name), "utf8")),
    created: "2020-01-01T00:00:00Z",
  });
  const digest = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(configs, `${digest}.json`), text);
  return `sha256:${digest}`;
}

if (reason === undefined) test.run();
