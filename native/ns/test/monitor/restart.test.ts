import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle, whenPossible } from "../support/capability.js";
import { isAlive, Monitored, waitFor, waitUntilDead } from "../support/monitored.js";

const suite = makeSuite("monitor restart");

whenPossible("monitor restart", findObstacle(), () => {
  suite("another policy counts from the next end on", async () => {
    await using container = new Monitored();
    await using connection = await container.start("sleep 1000", { restart: { name: "always" } });
    await connection.setRestartPolicy({ name: "on-failure", maximumRetryCount: 1 });
    await connection.setRestartPolicy({ name: "no" });
    for (const maximumRetryCount of [-1, 0.5, 2 ** 31]) {
      const refused = await connection
        .setRestartPolicy({ name: "on-failure", maximumRetryCount })
        .catch((error: unknown) => error);
      assert.instance(refused, RangeError);
    }
    process.kill(container.pid, "SIGKILL");
    await waitUntilDead(container.monitorPid);
    const state = container.readState();
    assert.is(state.status, "exited");
    assert.is(state.restartCount, 0);
  });

  suite("on-failure: as often as it may, until it succeeds", async () => {
    await using failing = new Monitored();
    const restart = { name: "on-failure", maximumRetryCount: 2 } as const;
    const failed = await failing.run("echo run; exit 9", { restart });
    assert.is(failed.restartCount, 2);
    assert.is(failed.status === "exited" && failed.exit.exitCode, 9);
    assert.is(failing.readLog().length, 3);

    await using mending = new Monitored();
    const script = "test -e /tmp/mark && exit 0; echo > /tmp/mark; exit 1";
    const mended = await mending.run(script, { restart: { name: "on-failure" } });
    assert.is(mended.restartCount, 1);
    assert.is(mended.status === "exited" && mended.exit.exitCode, 0);
  });

  suite("always: until somebody stops it, also while it waits for its next start", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exit 0", { restart: { name: "always" } });
    let state = await connection.wait({ until: "next" });
    while (state.restartCount < 3) state = await connection.wait({ until: "next" });
    assert.is(state.status, "restarting");
    const end = await connection.stop();
    assert.is(end.status, "exited");
    assert.ok(end.stopped);
  });

  suite("what it says is whole at every moment of a restart: how the run before ended", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exit 9", { restart: { name: "always" } });
    let state = await connection.status();
    while (state.restartCount < 3) {
      state = await connection.status();
      if (state.status === "restarting") assert.is(state.exit.exitCode, 9);
    }
  });

  suite("a restart that cannot start is one that failed", async () => {
    await using container = new Monitored();
    const state = await container.run("busybox rm /bin/sh; exit 1", {
      restart: { name: "on-failure", maximumRetryCount: 1 },
    });
    assert.is(state.status === "exited" && state.exit.exitCode, 127);
    assert.ok(state.status === "exited" && state.exit.failure !== undefined);
  });

  suite("an init that is killed restarts; with keepStopped it does not", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000", {
      restart: { name: "unless-stopped" },
    });
    // Attached before it is killed: a wait on a connection of its own might begin after the next start.
    await using attachment = await connection.attach();
    attachment.stdout.resume();
    attachment.stderr.resume();
    await connection.kill("SIGKILL");
    const state = await attachment.ended;
    assert.is(state.status === "restarting" && state.exit.signal, 9);
    await waitFor(() => container.readState().status === "running");
    await connection.kill("SIGKILL", { keepStopped: true }).catch(() => {});
    await waitFor(() => container.readState().status === "exited");
  });

  suite("stop asks first, and kills later", async () => {
    await using polite = new Monitored();
    await using first = await polite.start(
      "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done",
    );
    await waitFor(() => polite.readLog().length > 0);
    const asked = await first.stop();
    assert.is(asked.status === "exited" && asked.exit.exitCode, 5);

    await using deaf = new Monitored();
    await using second = await deaf.start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    await waitFor(() => deaf.readLog().length > 0);
    const killed = await second.stop({ timeoutMilliseconds: 50 });
    assert.is(killed.status === "exited" && killed.exit.exitCode, 137);
  });

  suite("SIGTERM to the monitor is a stop", async () => {
    await using container = new Monitored();
    await using _connection = await container.start(
      "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done",
      {
        restart: { name: "always" },
      },
    );
    await waitFor(() => container.readLog().length > 0);
    process.kill(container.monitorPid, "SIGTERM");
    await waitFor(() => !isAlive(container.monitorPid));
    const state = container.readState();
    assert.is(state.status === "exited" && state.exit.exitCode, 5);
  });

  suite("what outlives an init without a pid namespace is killed with its cgroup", async () => {
    const parent = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].find((directory) =>
      existsSync(path.join(directory, "cgroup.procs")),
    );
    if (parent === undefined) return console.log("SKIP: no cgroup here");
    const { mkdirSync, rmdirSync } = await import("node:fs");
    const cgroup = path.join(parent, `ns-monitor-${process.pid}`);
    mkdirSync(cgroup);
    try {
      await using container = new Monitored();
      const procs = path.join(cgroup, "cgroup.procs");
      const kill = path.join(cgroup, "cgroup.kill");
      const mknod = { op: "mknod", path: "/dev/null", mode: 0o020666, major: 1, minor: 3 } as const;
      const state = await container.run("sleep 1000 & echo bye", {
        plan: {
          namespaces: [{ type: "mount" }],
          cgroups: existsSync(kill) ? { version: 2, path: cgroup } : { version: 1, procs: [procs] },
          steps: [mknod],
        },
        cgroup: {
          kill: existsSync(kill) ? { version: 2, procs, kill } : { version: 1, procs },
        },
      });
      assert.is(state.status, "exited");
      assert.is(container.readLog()[0]?.log, "bye\n");
      await waitFor(() => readFileSync(procs, "utf8") === "");
    } finally {
      rmdirSync(cgroup);
    }
  });

  suite("health: from starting to healthy and unhealthy, with what the checks said", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000", {
      healthcheck: {
        plan: container.enter([
          "/bin/sh",
          "-c",
          "if test -e /tmp/well; then echo fine; else echo ill >&2; exit 4; fi",
        ]),
        intervalMilliseconds: 20,
        timeoutMilliseconds: 10_000,
        startPeriodMilliseconds: 0,
        startIntervalMilliseconds: 5000,
        retries: 2,
      },
    });
    assert.is((await connection.status()).health?.status, "starting");
    await waitFor(() => container.readState().health?.status === "unhealthy");
    const ill = container.readState().health;
    assert.ok(ill !== undefined && ill.failingStreak >= 2);
    assert.equal([ill.log.at(-1)?.exitCode, ill.log.at(-1)?.output], [4, "ill\n"]);
    await connection.execDetached(container.enter(["/bin/sh", "-c", "echo > /tmp/well"]));
    await waitFor(() => container.readState().health?.status === "healthy");
    assert.is(container.readState().health?.failingStreak, 0);
    await waitFor(() => container.readState().health?.log.length === 5);
    await connection.stop({ timeoutMilliseconds: 0 });
  });

  suite("health: until its first success in the start period, a container is asked at other intervals", async () => {
    await using container = new Monitored();
    const never = 86_400_000;
    await using connection = await container.start("exec sleep 1000", {
      healthcheck: {
        plan: container.enter(["/bin/sh", "-c", "test -e /tmp/well"]),
        intervalMilliseconds: never,
        timeoutMilliseconds: 10_000,
        startPeriodMilliseconds: never,
        startIntervalMilliseconds: 10,
        retries: 1,
      },
    });
    await waitFor(() => container.readState().health?.log.length === 5);
    assert.is(container.readState().health?.status, "starting");
    await connection.execDetached(container.enter(["/bin/sh", "-c", "echo > /tmp/well"]));
    await waitFor(() => container.readState().health?.status === "healthy");
    await connection.stop({ timeoutMilliseconds: 0 });
  });

  suite("health: whoever is frozen is not asked, and a check that is frozen with it has all its time", async () => {
    await using asleep = new Monitored();
    await using checked = new Monitored();
    await using other = new Monitored();
    const healthcheck = (container: Monitored, script: string) => ({
      plan: container.enter(["/bin/sh", "-c", script]),
      intervalMilliseconds: 10,
      timeoutMilliseconds: 2000,
      startPeriodMilliseconds: 0,
      startIntervalMilliseconds: 5000,
      retries: 1,
    });
    const start = (container: Monitored, script: string) =>
      container.start("exec sleep 1000", {
        cgroup: { frozen: container.rootfs.join("tmp/frozen") },
        healthcheck: healthcheck(container, script),
      });
    writeFileSync(asleep.rootfs.join("tmp/frozen"), "1\n");
    await using _ = await start(asleep, "exit 1");
    await using __ = await start(checked, "echo FREEZING > /tmp/frozen; exec sleep 1000");
    await waitFor(() => existsSync(checked.rootfs.join("tmp/frozen")));
    // By then what is not put off would have come to the others too.
    await using ___ = await start(other, "exec sleep 1000");
    await waitFor(() => other.readState().health?.status === "unhealthy");
    for (const container of [asleep, checked]) {
      assert.equal(container.readState().health?.log, []);
      writeFileSync(container.rootfs.join("tmp/frozen"), "THAWED\n");
    }
    await waitFor(() => asleep.readState().health?.status === "unhealthy");
    await waitFor(() => checked.readState().health?.status === "unhealthy");
  });

  suite("health: a check that takes too long is killed and has failed", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000", {
      healthcheck: {
        plan: container.enter(["sleep", "1000"]),
        intervalMilliseconds: 10,
        timeoutMilliseconds: 30,
        startPeriodMilliseconds: 0,
        startIntervalMilliseconds: 5000,
        retries: 1,
      },
    });
    await waitFor(() => container.readState().health?.status === "unhealthy");
    const [result] = container.readState().health?.log ?? [];
    assert.is(result?.exitCode, -1);
    assert.match(result?.output ?? "", "longer than its timeout");
    await connection.stop({ timeoutMilliseconds: 0 });
    assert.not(readdirSync(container.directory).some((name) => name.startsWith(".")));
  });
});

suite.run();
