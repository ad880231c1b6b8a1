import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { MountFlag, NsError, type Plan } from "../../src/index.js";
import { findObstacle, whenPossible } from "../support/capability.js";
import { isAlive, Monitored, waitFor } from "../support/monitored.js";

const suite = makeSuite("monitor attach");
const pipes: Plan["stdio"] = [{ kind: "pipe" }, { kind: "pipe" }, { kind: "pipe" }];
const MIB = 1024 * 1024;

const onConsole: Partial<Plan> = {
  stdio: [{ kind: "console" }, { kind: "console" }, { kind: "console" }],
  steps: [
    { op: "mount", source: "tmpfs", target: "/dev", fstype: "tmpfs", flags: MountFlag.MS_NOSUID },
    {
      op: "mount",
      source: "devpts",
      target: "/dev/pts",
      fstype: "devpts",
      flags: MountFlag.MS_NOSUID | MountFlag.MS_NOEXEC,
      data: "newinstance,ptmxmode=0666,mode=0620",
      createTarget: "directory",
    },
    { op: "console", rows: 24, columns: 91, uid: 0 },
  ],
};

async function readCode(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof NsError) return error.errno ?? error.code;
  }
  return "";
}

whenPossible("monitor attach", findObstacle(), () => {
  suite("output waits for the first who attaches, of one that has ended already too", async () => {
    await using container = new Monitored();
    await using connection = await container.start("echo first; exit 4", {
      plan: { stdio: pipes },
      stdin: "open",
      holdMilliseconds: 86_400_000,
    });
    await waitFor(() => !isAlive(container.pid));
    assert.equal(container.readLog(), []);
    assert.is((await connection.status()).status, "running");
    await using attachment = await connection.attach();
    assert.is(await text(attachment.stdout), "first\n");
    const state = await attachment.ended;
    assert.is(state.status === "exited" && state.exit.exitCode, 4);
    assert.is(container.readLog().length, 1);
  });

  suite("output waits no longer than it was told", async () => {
    await using container = new Monitored();
    const state = await container.run("echo first", { holdMilliseconds: 1 });
    assert.is(state.status, "exited");
    assert.is(container.readLog().length, 1);
  });

  suite("several clients see both streams, and the end", async () => {
    await using container = new Monitored();
    await using connection = await container.start("read go; echo out; echo err >&2; exit 6", {
      plan: { stdio: pipes },
      stdin: "open",
    });
    await using first = await connection.attach({ streams: ["stdin", "stdout", "stderr"] });
    await using second = await connection.attach();
    await using third = await connection.attach({ streams: ["stderr"] });
    first.stdin.write("go\n");
    for (const attachment of [first, second, third]) {
      const [stdout, stderr] = await Promise.all([
        text(attachment.stdout),
        text(attachment.stderr),
      ]);
      assert.is(stdout, attachment === third ? "" : "out\n");
      assert.is(stderr, "err\n");
      const state = await attachment.ended;
      assert.is(state.status === "exited" && state.exit.exitCode, 6);
    }
  });

  suite("stdin once ends with its client, open does not", async () => {
    for (const stdin of ["once", "open"] as const) {
      await using container = new Monitored();
      await using connection = await container.start("cat; echo end", {
        plan: { stdio: pipes },
        stdin,
      });
      await using reader = await connection.attach({ streams: ["stdout"] });
      await using writer = await connection.attach({ streams: ["stdin"] });
      const large = "x".repeat(3 * MIB);
      writer.stdin.end(`${large}\n`);
      if (stdin === "open") {
        await using other = await connection.attach({ streams: ["stdin"] });
        let seen = "";
        for await (const chunk of reader.stdout) {
          seen += String(chunk);
          // Two clients write in no order of theirs: not before the first is through.
          if (seen === `${large}\n`) other.stdin.write("more\n");
          if (seen.endsWith("more\n")) break;
        }
        assert.is(seen, `${large}\nmore\n`);
      } else assert.is(await text(reader.stdout), `${large}\nend\n`);
    }
  });

  suite("a client that stops reading is sent away, and the log has everything", async () => {
    await using container = new Monitored();
    await using connection = await container.start(
      "read go; busybox yes | busybox head -c 60000000; exec sleep 1000",
      { plan: { stdio: pipes }, stdin: "open", log: { driver: "none" } },
    );
    await using slow = await connection.attach({ streams: ["stdin", "stdout"] });
    await using quick = await connection.attach({ streams: ["stdout"], whenSlow: "wait" });
    slow.stdin.write("go\n");
    let bytes = 0;
    for await (const chunk of quick.stdout) {
      bytes += chunk.length;
      if (bytes === 60_000_000) break;
    }
    assert.is(bytes, 60_000_000);
    slow.stdout.resume();
    assert.is(await readCode(slow.ended), "CLIENT_TOO_SLOW");
    assert.is((await connection.status()).status, "running");
  });

  suite("with whenSlow wait nothing is lost, however slow the reader", async () => {
    await using container = new Monitored();
    await using connection = await container.start(
      "read go; busybox yes | busybox head -c 30000000; echo end",
      { plan: { stdio: pipes }, stdin: "open" },
    );
    await using attachment = await connection.attach({
      streams: ["stdin", "stdout"],
      whenSlow: "wait",
    });
    attachment.stdin.write("go\n");
    await once(attachment.stdout, "readable");
    // Meanwhile another client is served.
    for (let i = 0; i < 50; i++) assert.is((await connection.status()).status, "running");
    assert.is((await text(attachment.stdout)).length, 30_000_004);
    assert.is((await attachment.ended).status, "exited");
  });

  suite("detaching leaves the container running", async () => {
    await using container = new Monitored();
    await using connection = await container.start("echo hello; exec sleep 1000");
    const attachment = await connection.attach();
    attachment.detach();
    assert.is((await connection.status()).status, "running");
  });

  suite("a terminal: typed to, resized, its end seen", async () => {
    await using container = new Monitored();
    const subject = { id: "f00d", name: "web", attributes: {} };
    const journal = { path: path.join(container.directory, "journal"), maxSize: 1e6, subject };
    await using connection = await container.start(
      'stty size; read line; stty size; echo "got $line"; exit 7',
      { plan: onConsole, stdin: "open", journal },
    );
    await using attachment = await connection.attach({ streams: ["stdin", "stdout"] });
    // Not before it has asked for the first time.
    await waitFor(() => container.readLog().length > 0);
    await attachment.resize({ rows: 50, columns: 132 });
    attachment.stdin.write("hello\n");
    const seen = (await text(attachment.stdout)).replaceAll("\r", "");
    assert.match(seen, /50 132\ngot hello\n$/);
    const state = await attachment.ended;
    assert.is(state.status === "exited" && state.exit.exitCode, 7);
    assert.match(container.readLog()[0]?.log ?? "", /^24 91\r\n$/);
    const [, resize] = container.readLog("journal");
    const { action, attributes } = JSON.parse(resize?.log ?? "");
    assert.equal([action, attributes], ["resize", { name: "web", height: "50", width: "132" }]);
  });

  suite("what is not there is refused", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000");
    assert.is(await readCode(connection.attach({ streams: ["stdin"] })), "ENXIO");
    assert.is(await readCode(connection.resize({ rows: 1, columns: 1 })), "ENOTTY");
  });
});

suite.run();
