import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { Machine } from "./dockher.ts";

const test = suite<{ machine: Machine; say: (...args: string[]) => Promise<string> }>("bin living");
const reason = findReasonToSkip();
if (reason !== undefined) console.log(`SKIP bin living: ${reason}`);

test.before((context) => {
  const machine = new Machine();
  const say = machine.say.bind(machine);
  Object.assign(context, { machine, say });
});
test.after(async ({ machine }) => {
  await machine.removeContainers();
  machine[Symbol.dispose]();
});

test("pause, stats, top, update, port", async ({ machine, say }) => {
  await say("run", "-d", "--name", "one", "--mem", "64", "busybox", "sleep", "1000");
  assert.is(await say("pause", "one"), "one\n");
  assert.match(await say("ps"), /Up .* \(Paused\) .*one\n$/);
  assert.is(
    await say("inspect", "-f", "{{.State.Status}} {{.State.Paused}}", "one"),
    "paused true\n",
  );
  const refused = await machine.run(["exec", "one", "true"]);
  assert.equal([refused.code, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /it is paused\nhint: let it go on: dockher unpause one\n$/);
  assert.is(await say("unpause", "one"), "one\n");
  assert.is((await machine.run(["unpause", "one"])).code, 1);

  assert.match(
    await say("stats", "--no-stream"),
    /^CONTAINER ID {3}NAME {6}CPU % {5}MEM USAGE \/ LIMIT +MEM % {5}NET I\/O {3}BLOCK I\/O +PIDS\n[0-9a-f]{12} {3}one .* \/ 64MiB .* 2\n$/,
  );
  assert.match(await say("stats", "--no-stream", "--format", "json", "one"), /"Name":"one"/);
  const { status, stderr } = spawnSync("ps", ["-ef"], { encoding: "utf8" });
  if (status === 0) {
    assert.match(
      await say("top", "one"),
      /^UID +PID +PPID .*\n.* dockher-init .*\n.* sleep 1000\n$/,
    );
    assert.match(await say("top", "one", "-o", "pid,args"), /^PID +COMMAND\n/);
  } else {
    console.log(`SKIP top: ${stderr}`);
  }
  assert.is(await say("update", "-m", "128", "--restart", "on-failure:3", "one"), "one\n");
  assert.is(
    await say(
      "inspect",
      "-f",
      "{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}",
      "one",
    ),
    "134217728 3\n",
  );
  assert.is(await say("port", "one"), "");
  assert.is((await machine.run(["port", "one", "80"])).code, 1);
  await say("exec", "-d", "one", "sh", "-c", "echo there > /there");
  await say("exec", "-dit", "one", "sh", "-c", "tty > /a; stty size > /b; cat");
  assert.match(
    await say("exec", "one", "sh", "-c", "while [ ! -s /b ]; do sleep 0.01; done; cat /a /b"),
    /^\/dev\/\S+\n24 80\n$/,
  );
  assert.match(
    await say("ps", "-s", "--format", "{{.Names}} {{.Size}}"),
    /^one \S+B \(virtual \S+MB\)\n$/,
  );
  await say("rm", "-f", "one");
});

test("cp in Docker's ways, and diff", async ({ machine, say }) => {
  const here = join(machine.directory, "here");
  mkdirSync(join(here, "dir/sub"), { recursive: true });
  writeFileSync(join(here, "dir/a"), "a\n");
  writeFileSync(join(here, "file"), "f\n");
  const read = (path: string): string => readFileSync(join(here, path), "utf8");
  await say("create", "--name", "files", "busybox", "true");
  await say("cp", `${here}/file`, "files:/new");
  await say("cp", `${here}/dir`, "files:/copied");
  await say("cp", `${here}/dir`, "files:/copied");
  await say("cp", `${here}/dir/.`, "files:/tmp-content");
  await say("cp", "files:/new", `${here}/back`);
  await say("cp", "files:/copied", here);
  await say("cp", "files:/tmp-content/.", `${here}/content`);
  assert.is(read("back"), "f\n");
  assert.equal(readdirSync(join(here, "copied")).sort(), ["a", "dir", "sub"]);
  assert.equal(readdirSync(join(here, "content")).sort(), ["a", "sub"]);
  const archive = await machine.run(["cp", "files:/copied/dir", "-"]);
  assert.match(archive.stdout, "dir/sub/");
  await say("start", "files");
  await say("wait", "files");
  assert.match(await say("diff", "files"), /^A \/copied\nA \/copied\/a\n/);
  for (const [from, to, mention] of [
    ["files:/nothing", here, /files:\/nothing is not there/],
    [`${here}/nothing`, "files:/", /is not there/],
    [`${here}/file`, "files:/absent/", /no directory/],
    [`${here}/file`, "files:/absent/x", /no directory/],
    [`${here}/dir`, "files:/new", /is a file/],
    [`${here}/file/`, "files:/", /no directory/],
    ["files:/new", "files:/other", /both sides are containers/],
    [`${here}/file`, `${here}/other`, /neither side is a container/],
    ["nobody:/x", here, /nobody/],
    ["-", "files:/new", /no directory/],
  ] as const) {
    const { code, stderr } = await machine.run(["cp", from, to]);
    assert.is(code, 1, `${from} ${to}`);
    assert.match(stderr, mention);
  }
});

test("health, an id file, and what they refuse", async ({ machine, say }) => {
  const idFile = join(machine.directory, "id");
  const options = ["--health-cmd", "true", "--health-interval", "1s", "--cidfile", idFile];
  const id = (
    await say("run", "-d", "--name", "well", ...options, "busybox", "sleep", "1000")
  ).trim();
  assert.is(readFileSync(idFile, "utf8"), id);
  assert.match(await say("inspect", "-f", "{{json .Config.Healthcheck}}", "well"), '"Retries":3');
  assert.match(
    (await machine.run(["run", "--cidfile", idFile, "busybox", "true"])).stderr,
    "there is such a file",
  );
  const other = join(machine.directory, "other");
  assert.is(
    (await machine.run(["run", "-d", "--cidfile", other, "busybox", "/nothing"])).code,
    127,
  );
  await say("rm", "-f", "well");
});

test("prune, df, and Docker's words behind container and system", async ({ machine, say }) => {
  await say("create", "--name", "gone", "busybox", "true");
  assert.match(await say("container", "ls", "-a"), "gone");
  assert.match(await say("system", "df"), /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +1 /);
  const asked = await machine.run(["container", "prune"], { input: "n\n" });
  assert.equal(
    [asked.code, asked.stdout.split("\n")[0]],
    [1, "WARNING! This will remove all stopped containers."],
  );
  assert.match(await say("container", "prune", "-f"), /Deleted Containers:\n[0-9a-f]{64}\n/);
  assert.is(await say("image", "prune", "-f"), "Total reclaimed space: 0B\n");
  assert.match(await say("system", "prune", "-af"), /untagged: busybox:latest\ndeleted: sha256:/);
  assert.match(
    await say(
      "events",
      "--since",
      "1h",
      "--until",
      "0s",
      "-f",
      "container=gone",
      "--format",
      "{{.Action}}",
    ),
    /^create\ndestroy\n$/,
  );
});

test("the wrong words, one by one, in one line and with nothing changed", async ({ machine }) => {
  for (const [words, mention] of [
    [["pause"], /none is named/],
    [["pause", "nobody"], /nobody/],
    [["attach"], /one container/],
    [["attach", "nobody"], /nobody/],
    [["attach", "--detach-keys", "xx", "nobody"], /detach-keys/],
    [["start", "-a", "one", "two"], /multiple containers at once/],
    [["stats", "--no-stream", "nobody"], /nobody/],
    [["top"], /no container/],
    [["top", "nobody"], /nobody/],
    [["port"], /a container/],
    [["update", "nobody"], /nothing to change/],
    [["update", "-m", "64", "nobody"], /nobody/],
    [["update", "--cpus", "1", "--cpu-quota", "5000", "nobody"], /--cpu-quota/],
    [["cp", "a"], /source and a target/],
    [["diff"], /one container/],
    [["diff", "nobody"], /nobody/],
    [["exec", "-dit", "--detach-keys", "x", "nobody", "sh"], /nobody types into a terminal/],
    [["exec", "-i", "--detach-keys", "x", "nobody", "sh"], /nobody types into a terminal/],
    [["container", "prune", "x"], /"x"/],
    [["system", "prune", "--filter", "x=1"], /'x'/],
    [["system", "df", "x"], /"x"/],
    [["events", "x"], /"x"/],
    [["events", "--since", "x"], /"x"/],
  ] as const) {
    const { code, stdout, stderr } = await machine.run(words);
    assert.is(code, 1, words.join(" "));
    assert.is(stdout, "", words.join(" "));
    assert.match(stderr, /^dockher: failed to .*\n(?:hint: .*\n)?$/, words.join(" "));
    assert.match(stderr, mention);
  }
});

if (reason === undefined) test.run();
