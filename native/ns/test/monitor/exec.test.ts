import { text } from "node:stream/consumers";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { type MonitorConnection, NsError, type Plan } from "../../src/index.js";
import { findObstacle, whenPossible } from "../support/capability.js";
import { isAlive, Monitored, waitFor, waitUntilDead } from "../support/monitored.js";

const suite = makeSuite("monitor exec");
const pipes: Plan["stdio"] = [{ kind: "pipe" }, { kind: "pipe" }, { kind: "pipe" }];

async function runCommand(connection: MonitorConnection, plan: Plan): Promise<[string, unknown]> {
  await using command = await connection.exec(plan);
  command.stderr.resume();
  const output = await text(command.stdout);
  return [output, await command.exited];
}

async function failCommand(connection: MonitorConnection, plan: Plan): Promise<NsError> {
  try {
    await connection.exec(plan);
  } catch (error) {
    if (error instanceof NsError) return error;
  }
  throw new Error("the command did not fail");
}

whenPossible("monitor exec", findObstacle(), () => {
  suite("enters the container, and tells how the command ended", async () => {
    await using container = new Monitored();
    await using connection = await container.start("hostname inside; exec sleep 1000");
    const sh = (script: string): Plan => container.enter(["/bin/sh", "-c", script]);
    await waitFor(() => isAlive(container.pid));
    const [output, exit] = await runCommand(
      connection,
      sh(
        "cat /proc/1/cmdline | grep -q sleep && echo $$ > /tmp/pid; readlink /proc/self/root; exit 7",
      ),
    );
    assert.is(output, "/\n");
    assert.equal(exit, { kind: "exited", exitCode: 7 });
    const [, killed] = await runCommand(connection, sh("kill -9 $$"));
    assert.equal(killed, { kind: "signaled", signal: 9, signalName: "SIGKILL" });
    assert.is(
      (await failCommand(connection, container.enter(["nowhere"]))).code,
      "COMMAND_NOT_FOUND",
    );
    const directory = await failCommand(connection, container.enter(["/bin"]));
    assert.is(directory.code, "COMMAND_NOT_EXECUTABLE");
    const step = container.enter(["true"], { steps: [{ op: "chdir", path: "/nowhere" }] });
    assert.is((await failCommand(connection, step)).step, 0);
  });

  suite("many at once, each with its own streams", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000");
    const runs = Array.from({ length: 24 }, async (_, n) => {
      await using command = await connection.exec(
        container.enter(["/bin/sh", "-c", "read line; echo got $line; echo e >&2; exit 3"], {
          stdio: pipes,
        }),
      );
      command.stdin.end(`${n}\n`);
      const [stdout, stderr, exit] = await Promise.all([
        text(command.stdout),
        text(command.stderr),
        command.exited,
      ]);
      assert.is(stdout, `got ${n}\n`);
      assert.is(stderr, "e\n");
      assert.equal(exit, { kind: "exited", exitCode: 3 });
    });
    await Promise.all(runs);
  });

  suite("a large stream both ways, and a child that keeps the pipe does not hold it up", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000");
    await using command = await connection.exec(container.enter(["cat"], { stdio: pipes }));
    const bytes = Buffer.alloc(5_000_000, "0123456789");
    command.stdin.end(bytes);
    command.stderr.resume();
    assert.ok((await command.stdout.toArray().then(Buffer.concat)).equals(bytes));
    assert.equal(await command.exited, { kind: "exited", exitCode: 0 });
    const mknod = { op: "mknod", path: "/dev/null", mode: 0o020666, major: 1, minor: 3 } as const;
    const [output] = await runCommand(
      connection,
      container.enter(["/bin/sh", "-c", "sleep 1000 & echo done"], { steps: [mknod] }),
    );
    assert.is(output, "done\n");
  });

  suite("is signalled, and goes on without its client or detached", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000");
    const sleep = container.enter(["sleep", "1000"]);
    await using command = await connection.exec(sleep);
    command.stdout.resume();
    command.stderr.resume();
    await command.kill("SIGTERM");
    assert.is((await command.exited).kind, "signaled");
    const left = await connection.exec(sleep);
    await left[Symbol.asyncDispose]();
    const detached = await connection.execDetached(sleep);
    await connection.status();
    assert.ok(isAlive(left.pid));
    assert.ok(isAlive(detached));
    await connection.kill("SIGKILL");
    await waitUntilDead(detached);
    await waitUntilDead(left.pid);
  });

  suite("enters a container with a user namespace", async () => {
    await using container = new Monitored();
    const map = [{ containerID: 0, hostID: 100_000, size: 1000 }];
    const types = ["user", "pid", "mount"] as const;
    const steps: Plan["steps"] = [
      { op: "gid", gid: 0 },
      { op: "uid", uid: 0, keepCapabilities: false },
    ];
    await using connection = await container.start("exec sleep 1000", {
      plan: {
        namespaces: types.map((type) => ({ type })),
        uidMappings: map,
        gidMappings: map,
        steps,
      },
    });
    const namespaces = types.map((type) => ({ type, of: "container" as const }));
    const [output] = await runCommand(
      connection,
      container.enter(["cat", "/proc/self/uid_map"], { namespaces, steps }),
    );
    assert.match(output, /0 +100000 +1000/);
  });

  suite("no memory of the monitor's can be reached from inside", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000");
    const [output] = await runCommand(
      connection,
      container.enter([
        "/bin/sh",
        "-c",
        "for p in /proc/[0-9]*; do cat $p/cmdline | busybox tr '\\0' ' '; echo; done",
      ]),
    );
    assert.not.match(output, "dockher");
  });
});

suite.run();
