import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import path from "node:path";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { connectMonitor, type MonitorOptions, NsError, startMonitor } from "../../src/index.js";
import { findObstacle, whenPossible } from "../support/capability.js";
import { isAlive, Monitored, waitUntilDead } from "../support/monitored.js";

const suite = makeSuite("monitor start");
const library = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);

async function failStart(options: MonitorOptions): Promise<NsError> {
  try {
    await startMonitor(options);
  } catch (error) {
    if (error instanceof NsError) return error;
    throw error;
  }
  throw new Error("the start did not fail");
}

whenPossible("monitor start", findObstacle(), () => {
  for (const init of [false, true])
    suite(`runs, logs and records the end (init: ${init})`, async () => {
      await using container = new Monitored();
      const state = await container.run("echo hello; echo oh >&2; exit 3", { plan: { init } });
      assert.is(state.status, "exited");
      assert.is(state.status === "exited" && state.exit.exitCode, 3);
      assert.equal(
        container.readLog().map(({ log, stream }) => [stream, log]),
        [
          ["stdout", "hello\n"],
          ["stderr", "oh\n"],
        ],
      );
      assert.match(
        container.readLog()[0]?.time ?? "",
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$/,
      );
      assert.not(container.has("monitor.sock"));
      assert.equal(readdirSync(container.directory).sort(), [
        "container.log",
        "monitor.lock",
        "state.json",
      ]);
    });

  suite("is a daemon: own session, no terminal, no descriptor of its caller, no parent", async () => {
    await using container = new Monitored();
    await using _connection = await container.start("sleep 1000");
    const proc = `/proc/${container.monitorPid}`;
    const fields = readFileSync(`${proc}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    assert.is.not(fields[1], String(process.pid), "parent");
    assert.is(fields[3], String(container.monitorPid), "session");
    assert.is(fields[4], "0", "terminal");
    assert.is(readlinkSync(`${proc}/cwd`), "/");
    const links = readdirSync(`${proc}/fd`).map((fd) => readlinkSync(`${proc}/fd/${fd}`));
    assert.is(links.filter((link) => link === "/dev/null").length, 3);
    assert.not(links.some((link) => link.includes("[eventpoll]") || link.includes("[eventfd]")));
    assert.is(readFileSync(`${proc}/environ`).length, 0);
    const { mode } = statSync(path.join(container.directory, "monitor.sock"));
    assert.is(mode & 0o777, 0o600);
  });

  suite("says what failed, as a launch does, and leaves nothing", async () => {
    await using container = new Monitored();
    const options = container.options("exit 0");
    const missing = await failStart({ ...options, plan: { ...options.plan, args: ["/nowhere"] } });
    assert.is(missing.code, "COMMAND_NOT_FOUND");
    const steps = [...options.plan.steps, { op: "chdir", path: "/nowhere" } as const];
    const step = await failStart({ ...options, plan: { ...options.plan, steps } });
    assert.is(step.code, "LAUNCH_FAILED");
    assert.is(step.step, steps.length - 1);
    assert.not(container.has("state.json"));
    assert.not(container.has("monitor.sock"));
    const elsewhere = await failStart({ ...options, directory: "/nowhere" });
    assert.match(elsewhere.message, "failed to open /nowhere: ENOENT");
    assert.is((await container.run("exit 4")).status, "exited");
  });

  suite("a container has one monitor", async () => {
    await using container = new Monitored();
    await using _connection = await container.start("sleep 1000");
    const error = await failStart(container.options("exit 0"));
    assert.is(error.code, "MONITOR_RUNNING");
    assert.ok(isAlive(container.pid));
  });

  suite("one whose container has ended is in nobody's way, whoever still listens", async () => {
    await using container = new Monitored();
    await using connection = await container.start("read go; yes | head -c 9000000", {
      plan: { stdio: [{ kind: "pipe" }, { kind: "pipe" }, { kind: "pipe" }] },
      stdin: "open",
    });
    await using attachment = await connection.attach({ streams: ["stdin", "stdout"] });
    const first = container.monitorPid;
    await using waiting = await connectMonitor({ directory: container.directory });
    const ended = waiting.wait();
    attachment.stdin.write("go\n");
    // Nobody reads: what is left for this client keeps its monitor.
    assert.is((await ended).status, "exited");
    await using _second = await container.start("sleep 1000");
    assert.ok(isAlive(container.pid));
    assert.is(container.readState().status, "running");
    attachment.stdout.resume();
    await waitUntilDead(first);
    assert.is(container.readState().status, "running");
  });

  suite("an abort ends the start, and nothing runs", async () => {
    await using container = new Monitored();
    const aborted = await failStart(
      container.options("exit 0", { signal: AbortSignal.abort(new Error("enough")) }),
    );
    assert.is(aborted.code, "LAUNCH_ABORTED");
    assert.is((aborted.cause as Error).message, "enough");
  });

  suite("survives its caller's death by SIGKILL", async () => {
    await using container = new Monitored();
    const program = `
      import { startMonitor } from ${library};
      console.log(JSON.stringify(await startMonitor(JSON.parse(process.argv[1]))));
      setInterval(() => {}, 1000);
    `;
    const options = JSON.stringify(container.options("sleep 1000"));
    const node = spawn(process.execPath, ["--input-type=module", "-e", program, options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [chunk] = await once(node.stdout, "data");
    const { pid, monitorPid } = JSON.parse(String(chunk));
    container.monitorPid = monitorPid;
    node.kill("SIGKILL");
    await once(node, "close");
    await using connection = await connectMonitor(container);
    assert.is((await connection.status()).status, "running");
    assert.ok(isAlive(pid));
  });

  suite("its death by SIGKILL takes the container along, and the state tells it", async () => {
    await using container = new Monitored();
    await using connection = await container.start("sleep 1000", { plan: { init: true } });
    const gone = connection.wait().then(() => "ended", String);
    process.kill(container.monitorPid, "SIGKILL");
    await waitUntilDead(container.pid);
    assert.match(await gone, "it is gone");
    assert.is(container.readState().status, "running");
    assert.not(isAlive(container.monitorPid));
    // The next monitor finds no lock in its way, nor a socket.
    assert.is((await container.run("exit 0")).status, "exited");
  });

  suite("a path of any length will do", async () => {
    await using container = new Monitored();
    const directory = path.join(container.directory, "d".repeat(120), "e".repeat(120));
    mkdirSync(directory, { recursive: true });
    const options = { ...container.options("sleep 1000"), directory };
    container.monitorPid = (await startMonitor(options)).monitorPid;
    await using connection = await connectMonitor({ directory });
    await connection.stop({ timeoutMilliseconds: 0 });
  });

  suite("moves where it is told to go, and runs a command at the end", async () => {
    await using container = new Monitored();
    const mark = path.join(container.directory, "mark");
    const state = await container.run("exit 0", {
      exitCommand: { args: ["/bin/sh", "-c", `echo "$A" > ${mark}`], env: ["A=done"] },
    });
    assert.is(state.status, "exited");
    while (!container.has("mark") || readFileSync(mark, "utf8") === "")
      await new Promise((go) => setTimeout(go, 5));
    assert.is(readFileSync(mark, "utf8"), "done\n");
    const refused = await failStart(
      container.options("exit 0", { monitorCgroups: { version: 1, procs: ["/nowhere/procs"] } }),
    );
    assert.match(refused.message, "failed to move the monitor to /nowhere/procs: ENOENT");
  });

  suite("works in a user namespace", async () => {
    await using container = new Monitored();
    const map = [{ containerID: 0, hostID: 100_000, size: 1000 }];
    const state = await container.run("id -u; exit 5", {
      plan: {
        namespaces: [{ type: "user" }, { type: "pid" }, { type: "mount" }],
        uidMappings: map,
        gidMappings: map,
        steps: [
          { op: "gid", gid: 0 },
          { op: "uid", uid: 0, keepCapabilities: false },
        ],
      },
    });
    assert.is(state.status === "exited" && state.exit.exitCode, 5);
    assert.is(container.readLog()[0]?.log, "0\n");
  });
});

suite("refuses bad settings before anything is done", async () => {
  const good: MonitorOptions = {
    directory: "/nowhere",
    log: { driver: "json-file" },
    plan: {
      args: ["x"],
      env: [],
      namespaces: [],
      stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
      steps: [],
    },
  };
  const bad: [Partial<MonitorOptions>, string][] = [
    [{ directory: "relative" }, "directory: expected an absolute path"],
    [{ log: { driver: "json-file", name: "a/b" } }, "log.name"],
    [{ log: { driver: "json-file", name: ".." } }, "log.name"],
    [{ log: { driver: "json-file", maxSize: 0 } }, "log.maxSize"],
    [{ log: { driver: "json-file", maxFile: 3 } }, "log.maxFile"],
    [{ stdin: "open" }, "needs a pipe or a console"],
    [{ stop: { signal: 65, timeoutMilliseconds: 1 } }, "stop.signal"],
    [{ stop: { signal: 15, timeoutMilliseconds: -1 } }, "stop.timeoutMilliseconds"],
    [{ restart: { name: "on-failure", maximumRetryCount: -1 } }, "maximumRetryCount"],
    [{ exitCommand: { args: ["relative"], env: [] } }, "exitCommand.args"],
    [{ cgroup: { oomCounter: "relative" } }, "cgroup.oomCounter"],
  ];
  for (const [change, message] of bad) {
    const error = await failStart({ ...good, ...change });
    assert.is(error.code, "INVALID_MONITOR");
    assert.match(error.message, message);
  }
  const stdio = [{ kind: "inherit", fd: 0 }, { kind: "null" }, { kind: "null" }] as const;
  assert.is((await failStart({ ...good, plan: { ...good.plan, stdio } })).code, "INVALID_PLAN");
  const container = { pid: 1, startTicks: 1 };
  assert.is((await failStart({ ...good, plan: { ...good.plan, container } })).code, "INVALID_PLAN");
});

suite.run();
