import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { Machine } from "./dockher.ts";

const test = suite<{ machine: Machine }>("bin kept");
const reason = findReasonToSkip();
if (reason !== undefined) console.log(`SKIP bin kept: ${reason}`);

test.before((context) => {
  context.machine = new Machine();
});
test.after(async ({ machine }) => {
  await machine.removeContainers();
  machine[Symbol.dispose]();
});

test("run -d, ps, logs, exec, inspect, stop, start, rm", async ({ machine }) => {
  const started = await machine.run([
    ...["run", "-d", "--name", "web", "-l", "tier=db", "-e", "OWN=1", "busybox"],
    ...["sh", "-c", "echo out; echo err >&2; exec sleep 1000"],
  ]);
  assert.match(started.stdout, /^[0-9a-f]{64}\n$/, started.stderr);
  const id = started.stdout.trim();

  const listed = await machine.run(["ps"]);
  assert.match(
    listed.stdout,
    /^CONTAINER ID {3}IMAGE {5}COMMAND +CREATED +STATUS +PORTS {5}NAMES\n/,
  );
  assert.match(
    listed.stdout,
    /\n[0-9a-f]{12} {3}busybox {3}"sh -c echo out; ech…" .* Up .* web\n$/,
  );
  const format = '{{.Names}} {{.State}} {{.Label "tier"}}';
  const filtered = await machine.run(["ps", "-f", "label=tier=db", "--format", format]);
  assert.is(filtered.stdout, "web running db\n");
  assert.is((await machine.run(["ps", "-q", "-f", "name=nothing"])).stdout, "");

  const log = await machine.run(["logs", "web"]);
  assert.equal([log.stdout, log.stderr], ["out\n", "err\n"]);
  assert.match(
    (await machine.run(["logs", "-t", "--tail", "1", "web"])).stderr,
    /^\d{4}-.*Z err\n$/,
  );

  const entered = await machine.run([
    "exec",
    "-e",
    "MINE=2",
    "web",
    "sh",
    "-c",
    "echo $OWN$MINE; exit 4",
  ]);
  assert.equal([entered.stdout, entered.code], ["12\n", 4]);
  assert.is((await machine.run(["exec", "web", "nothing"])).code, 127);
  assert.is((await machine.run(["exec", "web", "/etc"])).code, 126);

  const state = ["inspect", "-f", "{{.Name}} {{.State.Running}} {{.Config.Labels.tier}}", id];
  assert.is((await machine.run(state)).stdout, "/web true db\n");
  assert.is((await machine.run(["stop", "web"])).stdout, "web\n");
  assert.match((await machine.run(["ps", "-a"])).stdout, /Exited \(143\)/);
  assert.is((await machine.run(["wait", "web"])).stdout, "143\n");
  assert.is((await machine.run(["start", id.slice(0, 6)])).stdout, `${id.slice(0, 6)}\n`);
  assert.match((await machine.run(["rm", "web"])).stderr, "it is running");
  assert.is((await machine.run(["rm", "-f", "web"])).stdout, "web\n");
});

test("run -a: one stream, the other, or none", async ({ machine }) => {
  const script = ["busybox", "sh", "-c", "echo out; echo err >&2; exit 3"];
  const shown = async (...args: string[]) => {
    const { code, stdout, stderr } = await machine.run(["run", ...args, ...script]);
    return [code, stdout, stderr];
  };
  assert.equal(await shown("-a", "stdout"), [3, "out\n", ""]);
  assert.equal(await shown("-a", "STDERR"), [3, "", "err\n"]);
  assert.equal(await shown("-a", "stdout", "-a", "stderr"), [3, "out\n", "err\n"]);
  const typed = await machine.run(["run", "-i", "-a", "stdin", "busybox", "cat"], { input: "in" });
  assert.match(typed.stdout, /^[0-9a-f]{64}\n$/, typed.stderr);
  const id = typed.stdout.trim();
  assert.is(await machine.say("wait", id), "0\n");
  assert.is(await machine.say("logs", id), "in");
  await machine.say("rm", id);
  const { code, stderr } = await machine.run(["run", "-d", "-a", "stdout", "busybox", "true"]);
  assert.is(code, 125);
  assert.match(stderr, "cannot specify both --attach and --detach");
  assert.is(await machine.say("ps", "-aq"), "");
});

test("ports, annotations, labels of a file and a parent, in ps and inspect", async ({
  machine,
}) => {
  const labels = join(machine.directory, "labels");
  writeFileSync(labels, "# of a shop\ntier=db\n");
  const parent = `/test-cli-${process.pid}`;
  await machine.say(
    ...["run", "-d", "--name", "open", "--expose", "80", "--expose", "7000-7001/udp"],
    ...["--annotation", "org.example.a=b", "--label-file", labels, "--cgroup-parent", parent],
    ...["--device-cgroup-rule", "c 1:11 r", "--platform", "linux", "busybox", "sleep", "1000"],
  );
  const row = await machine.say("ps", "--format", '{{.Ports}} {{.Label "tier"}}');
  assert.is(row, "80/tcp, 7000-7001/udp db\n");
  const format =
    "{{json .Config.ExposedPorts}} {{json .HostConfig.Annotations}} {{.HostConfig.CgroupParent}} {{json .HostConfig.DeviceCgroupRules}}";
  assert.is(
    await machine.say("inspect", "-f", format, "open"),
    `{"7000/udp":{},"7001/udp":{},"80/tcp":{}} {"org.example.a":"b"} ${parent} ["c 1:11 r"]\n`,
  );
  await machine.say("stop", "-t", "0", "open");
  assert.is(await machine.say("ps", "-a", "--format", "{{.Ports}}"), "\n");
  await machine.say("rm", "open");
});

test("create, rename, kill, and what goes by itself", async ({ machine }) => {
  assert.match(
    (await machine.run(["create", "--name", "one", "busybox", "cat"])).stdout,
    /^[0-9a-f]{64}\n$/,
  );
  assert.is((await machine.run(["rename", "one", "two"])).code, 0);
  const killed = await machine.run(["kill", "two"]);
  assert.equal([killed.code, killed.stdout], [1, ""]);
  assert.match(killed.stderr, "it is not running");
  assert.is((await machine.run(["rm", "two"])).stdout, "two\n");

  const failed = await machine.run(["run", "-d", "--name", "none", "busybox", "nothing"]);
  assert.is(failed.code, 127);
  assert.is((await machine.run(["ps", "-aq"])).stdout, "");
});

test("in the foreground below a monitor: removed at its end, or kept", async ({ machine }) => {
  const labelled = await machine.run(["run", "--label", "a=b", "busybox", "echo", "here"]);
  assert.equal([labelled.code, labelled.stdout], [0, "here\n"]);
  assert.is((await machine.run(["ps", "-aq"])).stdout, "");
  const kept = await machine.run(
    ["run", "--rm=false", "--name", "again", "-i", "busybox", "sh", "-c", "cat; exit 3"],
    { input: "typed\n" },
  );
  assert.equal([kept.code, kept.stdout], [3, "typed\n"]);
  const again = await machine.run(["start", "-ai", "again"], { input: "anew\n" });
  assert.equal([again.code, again.stdout], [3, "anew\n"]);
  assert.is((await machine.run(["attach", "again"])).code, 1);
  assert.is((await machine.run(["rm", "again"])).code, 0);
});

test("one with a name is found in the foreground too, and stays", async ({ machine }) => {
  const front = machine.start(["run", "--name", "front", "busybox", "sleep", "1000"]);
  // Nobody says from outside when it is there.
  while ((await machine.run(["exec", "front", "true"])).code !== 0) {
    assert.is(front.process.exitCode, null, "it has ended");
  }
  assert.match(await machine.say("ps"), / Up .* front\n$/);
  await machine.say("stop", "front");
  assert.is((await front.ended).code, 143);
  assert.match(await machine.say("ps", "-a"), / Exited \(143\) .* front\n$/);
  const taken = await machine.run(["run", "--name", "front", "busybox", "true"]);
  assert.is(taken.code, 125);
  assert.match(taken.stderr, "has that name");
  await machine.say("rm", "front");

  const full = await machine.run([
    ...["run", "--rm", "--name", "front", "--mem", "50", "busybox"],
    ...["sh", "-c", "tail /dev/zero"],
  ]);
  assert.is(full.code, 137);
  assert.match(full.stderr, "dockher: the memory limit of 50MiB was reached: the kernel killed");
  assert.is(await machine.say("ps", "-aq"), "");
  const timed = ["run", "--name", "front", "--timeout", "50ms", "busybox", "sleep", "1000"];
  assert.is((await machine.run(timed)).code, 137);
  assert.is(await machine.say("ps", "-aq"), "");
});

test("what cannot be meant is refused in one line, with Docker's codes", async ({ machine }) => {
  const refusals: [string[], number, RegExp][] = [
    [["run", "--label", "a=b", "--timeout", "5", "busybox", "true"], 125, /--timeout/],
    [["run", "--rm", "--restart", "always", "busybox", "true"], 125, /contradict/],
    [["run", "-d", "--timeout", "5", "busybox", "true"], 125, /--timeout/],
    [["run", "-d", "--rm", "--restart", "always", "busybox", "true"], 125, /contradict/],
    [["run", "-d", "--restart", "often", "busybox", "true"], 125, /no such policy/],
    [["run", "-d", "--stop-signal", "NONE", "busybox", "true"], 125, /there is none such/],
    [["run", "-d", "--log-driver", "syslog", "busybox", "true"], 125, /no such driver/],
    [["run", "-d", "--log-opt", "max-file=3", "busybox", "true"], 125, /nothing is rotated/],
    [["start"], 1, /none is named/],
    [["start", "nobody"], 1, /there is none with this name or id/],
    [["exec", "nobody", "true"], 1, /there is none with this name or id/],
    [["exec"], 1, /it and a command are needed/],
    [["logs", "nobody"], 1, /there is none with this name or id/],
    [["logs", "--tail", "few", "nobody"], 1, /not a number of lines/],
    [["stop", "-t", "soon", "nobody"], 1, /not a number of seconds/],
    [["kill", "-s", "NONE", "nobody"], 1, /there is none such/],
    [["rename", "nobody"], 1, /its name and the new one/],
    [["ps", "-f", "colour=red"], 1, /invalid filter/],
    [["ps", "--last", "none"], 1, /not a number of containers/],
  ];
  for (const [args, code, message] of refusals) {
    const result = await machine.run(args);
    assert.is(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, message);
    assert.is(result.stderr.trimEnd().split("\n").length <= 2, true, result.stderr);
  }
  const missing = await machine.run(["rm", "-f", "nobody"]);
  assert.equal([missing.code, missing.stdout], [0, ""]);
  const inspected = await machine.run(["inspect", "nobody"]);
  assert.equal([inspected.code, inspected.stdout], [1, "[]\n"]);
});

if (reason === undefined)
  test("namespaces of another container, and of the host", async ({ machine }) => {
    const donor = await machine.run([
      "run",
      "-d",
      "--name",
      "donor",
      "--ipc",
      "shareable",
      "busybox",
      "sleep",
      "1000",
    ]);
    const id = donor.stdout.trim();
    const joined = [
      "--pid",
      "container:donor",
      "--ipc",
      "container:donor",
      "--net",
      "container:donor",
    ];
    const guest = await machine.run([
      "run",
      "-d",
      "--name",
      "guest",
      ...joined,
      "busybox",
      "sleep",
      "2000",
    ]);
    assert.is(guest.code, 0, guest.stderr);
    const links = [
      "readlink /proc/self/ns/pid",
      "readlink /proc/self/ns/ipc",
      "readlink /proc/self/ns/net",
    ].join("; ");
    const own = await machine.run(["exec", "donor", "sh", "-c", links]);
    assert.match(own.stdout, /^pid:.*\nipc:.*\nnet:.*\n$/);
    assert.is((await machine.run(["exec", "guest", "sh", "-c", links])).stdout, own.stdout);
    assert.is(
      (await machine.run(["run", ...joined, "busybox", "sh", "-c", links])).stdout,
      own.stdout,
    );
    const format =
      "{{.HostConfig.PidMode}} {{.HostConfig.IpcMode}} {{.HostConfig.NetworkMode}} {{.Config.Hostname}}";
    const other = `container:${id}`;
    assert.is(
      (await machine.run(["inspect", "-f", format, "guest"])).stdout,
      `${other} ${other} ${other} ${id.slice(0, 12)}\n`,
    );
    assert.is((await machine.run(["rm", "-f", "donor"])).code, 0);
    const late = await machine.run(["run", "--pid", "container:donor", "busybox", "true"]);
    assert.is(late.code, 125);
    assert.match(late.stderr, /^dockher: failed to find container donor/);
    const wrong = await machine.run(["run", "--ipc", "x", "busybox", "true"]);
    assert.is(wrong.code, 125);
    assert.match(wrong.stderr, /^dockher: failed to parse --ipc "x"[^\n]*\nhint: .*\n$/);
  });

test.run();
