// The built command line as nobody, with the directories of an ordinary user.
import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { BIN, type Ended, Machine } from "./dockher.ts";

const test = suite("dockher without root");
const NOBODY = { uid: 65_534, gid: 65_534 };

const reason = findReasonToSkip() ?? findObstacle();

function findObstacle(): string | undefined {
  const { status } = spawnSync(process.execPath, ["--", BIN, "version"], NOBODY);
  if (status !== 0) return "nobody may not run this Node, or not read this directory";
  const made = spawnSync("unshare", ["--user", "true"], NOBODY);
  return made.status === 0 ? undefined : "the kernel makes no user namespace for nobody";
}

function realTest(name: string, run: (machine: NobodysMachine) => Promise<void>): void {
  if (reason !== undefined) {
    console.log(`SKIP ${name}: ${reason}`);
    return;
  }
  test(name, async () => {
    using machine = new NobodysMachine();
    await run(machine);
  });
}

class NobodysMachine extends Machine {
  constructor() {
    super();
    chownSync(this.directory, NOBODY.uid, NOBODY.gid);
  }

  /** As nobody, whose data directory is below the home. */
  override run(args: readonly string[]): Promise<Ended> {
    return super.run(args, { env: { DOCKHER_ROOT: "" }, user: NOBODY });
  }
}

realTest("makes an image, shows it, runs it, and removes it", async (machine) => {
  const made = await machine.run(["image", "bootstrap", "busybox"]);
  assert.is(made.code, 0, made.stderr);
  assert.match((await machine.run(["image", "ls"])).stdout, /busybox\s+latest/);
  const [image] = JSON.parse((await machine.run(["image", "inspect", "busybox"])).stdout);
  assert.equal(image.RepoTags, ["busybox:latest"]);
  const ran = await machine.run(["run", "busybox", "id", "-u"]);
  assert.equal([ran.code, ran.stdout], [0, "0\n"], ran.stderr);
  const removed = await machine.run(["image", "rm", "busybox"]);
  assert.match(removed.stdout, "Deleted: sha256:");
  assert.equal((await machine.run(["image", "ls", "-q"])).stdout, "");
});

realTest("a container in the background, all its life", async (machine) => {
  const say = machine.say.bind(machine);
  const script = "echo hello; cat /there 2> /dev/null; sleep 1000";
  await say("run", "-d", "--name", "one", "--label", "a=b", "busybox", "sh", "-c", script);
  try {
    assert.match(
      await say("ps", "-f", "label=a=b", "--format", "{{.Names}} {{.Status}}"),
      /^one Up /,
    );
    assert.is(
      await say("exec", "-e", "WHO=me", "one", "sh", "-c", "id -u; echo $WHO > /there"),
      "0\n",
    );
    assert.is(await say("exec", "-u", "0:0", "one", "id", "-g"), "0\n");
    await say("exec", "-d", "one", "true");
    assert.is(await say("inspect", "-f", "{{.HostConfig.UsernsMode}}", "one"), "\n");
    assert.is((await machine.run(["rm", "one"])).code, 1);
    assert.is(await say("restart", "-t", "0", "one"), "one\n");
    assert.is(await say("cp", "one:/there", "-").then((archive) => archive.includes("me\n")), true);
    assert.match(await say("diff", "one"), /^A \/there$/m);
    assert.is(await say("stop", "-t", "0", "one"), "one\n");
    assert.match(await say("logs", "one"), /^hello\nhello\nme\n$/);
    assert.match(await say("diff", "one"), /^A \/there$/m);
    assert.match((await machine.run(["exec", "one", "true"])).stderr, /it is not running/);
    assert.match((await machine.run(["image", "rm", "busybox"])).stderr, /container/);
    assert.is((await machine.run(["run", "-d", "--userns", "host", "busybox", "true"])).code, 125);
  } finally {
    assert.is(await say("rm", "-f", "one"), "one\n");
  }
  assert.is(await say("ps", "-aq"), "");
});

realTest("a Debian image without subordinate ids: one line, and the fix", async (machine) => {
  const { code, stderr } = await machine.run(["image", "bootstrap", "debian"]);
  assert.is(code, 1);
  assert.match(stderr, /^dockher: failed to bootstrap debian: its files have many owners, and /);
  assert.match(
    stderr,
    /\nhint: .*sudo usermod --add-subuids \d+-\d+ --add-subgids \d+-\d+ nobody\n$/,
  );
});

realTest("limits where no cgroup is nobody's: refused, with a fix", async (machine) => {
  const { code, stderr } = await machine.run(["run", "--mem", "64", "busybox", "true"]);
  assert.is(code, 125);
  assert.match(stderr, /\nhint: ./);
  assert.match(stderr, /delegated/);
});

realTest("info and doctor speak of the user", async (machine) => {
  const { stdout } = await machine.run(["info"]);
  assert.match(stdout, join(machine.directory, ".local/share/dockher"));
  const doctor = await machine.run(["doctor"]);
  assert.match(doctor.stdout, "running without root");
  assert.match(doctor.stdout, /ok +user namespaces/);
  assert.match(doctor.stdout, /limited +subordinate ids/);
});

test.run();
