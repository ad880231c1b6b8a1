import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startContainer } from "../src/lifecycle/start-container.ts";
import type { RunOptions } from "../src/options.ts";
import type { RunResult } from "../src/result.ts";
import { run } from "../src/run.ts";
import { findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

const test = suite("run");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP run: ${obstacle}`);

let sandbox: Sandbox;
test.before(async () => {
  sandbox = await makeSandbox();
});
test.after(() => sandbox.remove());
test.after.each(() => assert.equal(sandbox.listLeftovers(), []));

const runHere = (options: Partial<RunOptions> & { command: string[] }): Promise<RunResult> =>
  run({ source: { image: "busybox" }, directories: sandbox.directories, ...options });

const shell = (script: string, options: Partial<RunOptions> = {}): Promise<RunResult> =>
  runHere({ command: ["sh", "-c", script], ...options });

test("gives output, exit code and usage", async () => {
  const result = await shell("echo out; echo err >&2; exit 3");
  assert.is(result.reason, "exited");
  assert.equal(result.status, { exitCode: 3 });
  assert.is(result.stdout.toString(), "out\n");
  assert.is(result.stderr.toString(), "err\n");
  assert.ok(result.usage.wallTimeMs > 0);
  assert.ok((result.usage.peakMemory ?? 0) > 0);
  assert.is(result.usage.oomKills, 0);
});

test("the command is alone: PID 1, its own name, loopback only", async () => {
  const { stdout } = await shell("echo $$; hostname; ls /sys/class/net; ps | wc -l", {
    hostname: "alone",
    init: false,
  });
  assert.equal(stdout.toString().split("\n").slice(0, 3), ["1", "alone", "lo"]);
});

test("loopback is up", async () => {
  const { stdout } = await shell(
    "cat /sys/class/net/lo/flags; ping -c 1 -W 5 127.0.0.1 >/dev/null && echo up",
  );
  assert.match(stdout.toString(), /up/);
});

test("standard input reaches the command and ends", async () => {
  const { stdout } = await runHere({ command: ["cat"], input: "hello" });
  assert.is(stdout.toString(), "hello");
});

test("what a container writes is gone with it", async () => {
  assert.equal((await shell("echo x > /etc/mark; cat /etc/mark")).stdout.toString(), "x\n");
  assert.equal((await shell("cat /etc/mark")).status, { exitCode: 1 });
});

test("two at once do not see each other", async () => {
  const results = await Promise.all(
    ["a", "b", "c"].map((word) => shell(`echo ${word} > /mark; sleep 0.2; cat /mark`)),
  );
  assert.equal(
    results.map((result) => result.stdout.toString()),
    ["a\n", "b\n", "c\n"],
  );
});

test("a memory limit ends the command, and the kernel's counter says so", async () => {
  const result = await runHere({
    command: ["sh", "-c", "head -c 200m /dev/zero | tail"],
    limits: { memory: 32 * 2 ** 20 },
  });
  assert.is(result.reason, "oom-killed");
  assert.ok(result.usage.oomKills >= 1);
});

test("a limit of processes holds", async () => {
  const { stderr } = await shell("for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait", {
    limits: { pids: 4 },
  });
  assert.match(stderr.toString(), /can't fork|Resource temporarily unavailable/);
});

test("a CPU limit throttles", async () => {
  const { usage, reason } = await shell("while :; do :; done", {
    limits: { cpuQuota: 10_000 },
    timeout: 1000,
  });
  assert.is(reason, "timed-out");
  assert.ok(
    usage.cpuTimeUs < usage.wallTimeMs * 1000 * 0.5,
    `${usage.cpuTimeUs} µs in ${usage.wallTimeMs} ms`,
  );
});

test("a timeout, an abort and an output limit are told apart", async () => {
  assert.is((await shell("sleep 100", { timeout: 200 })).reason, "timed-out");
  const controller = new AbortController();
  const running = await startContainer({
    source: { image: "busybox" },
    directories: sandbox.directories,
    command: ["sleep", "100"],
    signal: controller.signal,
  });
  controller.abort();
  assert.is((await running.wait()).reason, "aborted");
  const loud = await shell("yes", { outputLimit: 1000 });
  assert.is(loud.reason, "output-limit");
  assert.is(loud.stdout.length, 1000);
});

test("an abort before the start undoes everything", async () => {
  const error = await shell("true", { signal: AbortSignal.abort() }).catch((reason) => reason);
  assert.is(error.name, "AbortError");
});

test("an abort that is for the start only leaves a running container alone", async () => {
  const controller = new AbortController();
  const options = { source: { image: "busybox" }, directories: sandbox.directories };
  const container = await startContainer({
    ...options,
    command: ["cat"],
    stdin: "pipe",
    startSignal: controller.signal,
  });
  controller.abort();
  container.stdin?.end("still here");
  container.stdout?.resume();
  assert.is((await container.wait()).reason, "exited");
  const refused = startContainer({ ...options, command: ["true"], startSignal: controller.signal });
  assert.is((await refused.catch((reason) => reason)).name, "AbortError");
});

test("a signal is told by its name", async () => {
  const { status } = await shell("kill -9 $$");
  assert.equal(status, { exitCode: 137 });
  const container = await startContainer({
    source: { image: "busybox" },
    directories: sandbox.directories,
    command: ["sleep", "100"],
  });
  container.kill("SIGKILL");
  const result = await container.wait();
  assert.is(result.reason, "signaled");
  assert.equal(result.status, { signal: "SIGKILL" });
});

test("init reaps orphans and passes the exit code on", async () => {
  const result = await shell(
    "(true &); until set -- /proc/[0-9]*; [ $# = 2 ]; do :; done; echo $#; exit 5",
    { timeout: 30_000 },
  );
  assert.equal(result.status, { exitCode: 5 });
  // init and the shell, which counts by itself, once the orphan is reaped.
  assert.is(result.stdout.toString(), "2\n");
});

test("users are resolved inside the image", async () => {
  const { stdout } = await shell("id -u; id -g; id -G", { user: "12:34" });
  assert.is(stdout.toString(), "12\n34\n34\n");
  const error = await shell("id", { user: "nobody-here" }).catch((reason) => reason);
  assert.is(error.code, "USER_NOT_FOUND");
});

test("a working directory that is missing is made", async () => {
  assert.is((await shell("pwd", { cwd: "/a/b" })).stdout.toString(), "/a/b\n");
});

test("environment comes from the image and the options only", async () => {
  process.env["DOCKHER_TEST_SECRET"] = "secret";
  const { stdout } = await shell("env", { env: { A: "1" } });
  delete process.env["DOCKHER_TEST_SECRET"];
  assert.match(stdout.toString(), /^A=1$/m);
  assert.not.match(stdout.toString(), /secret/);
});

test("bind mounts: directory, file, read-only", async () => {
  const directory = await mkdtemp(join(tmpdir(), "dockher-volume-"));
  try {
    await writeFile(join(directory, "file"), "content");
    const { stdout, stderr } = await shell("cat /v/file /f; echo new > /v/new; echo x > /f", {
      mounts: [
        { type: "bind", source: directory, target: "/v" },
        { type: "bind", source: join(directory, "file"), target: "/f", readonly: true },
      ],
    });
    assert.is(stdout.toString(), "contentcontent");
    assert.match(stderr.toString(), /Read-only file system/);
    assert.is(await readFile(join(directory, "new"), "utf8"), "new\n");
  } finally {
    await removeTree(directory);
  }
});

test("a tmpfs has the size and the options that it was given", async () => {
  const { stdout } = await shell(
    "grep ' /t ' /proc/mounts; head -c 2m /dev/zero > /t/x || echo full",
    {
      mounts: [{ type: "tmpfs", target: "/t", size: 2 ** 20 }],
    },
  );
  assert.match(stdout.toString(), /noexec/);
  assert.match(stdout.toString(), /full/);
});

test("a read-only root refuses writes, mounts below it do not", async () => {
  const { stdout, stderr } = await shell("touch /x; touch /dev/shm/x && echo shm", {
    readonly: true,
  });
  assert.match(stderr.toString(), /Read-only file system/);
  assert.is(stdout.toString(), "shm\n");
});

test("no device can be opened but the standard ones", async () => {
  const { stdout, stderr } = await shell(
    "mknod /dev/tun c 10 200; head -c 1 /dev/tun; mknod /disk b 7 0; head -c 1 /disk; head -c 1 /dev/zero | wc -c",
  );
  assert.is(stdout.toString(), "1\n");
  assert.match(stderr.toString(), /\/dev\/tun: Operation not permitted/);
  assert.match(stderr.toString(), /\/disk: Operation not permitted/);
});

test("privileged gives all that the caller has, and nothing that it has not", async () => {
  const { stdout, stderr } = await shell(
    "mount -t tmpfs none /mnt && echo mounted; ls /dev | wc -l",
    {
      privileged: true,
    },
  );
  assert.match(stdout.toString(), /mounted/, stderr.toString());
});

test("without a cgroup nobody makes device nodes", async () => {
  const { stderr } = await shell("mknod /disk b 7 0", { cgroups: "disabled" });
  assert.match(stderr.toString(), /Operation not permitted/);
});

test("ulimits hold", async () => {
  const { stdout } = await shell("ulimit -n; ulimit -Hn", {
    ulimits: { nofile: { soft: 64, hard: 128 } },
  });
  assert.is(stdout.toString(), "64\n128\n");
});

test("a root filesystem directory is used as it is", async () => {
  const directory = await mkdtemp(join(tmpdir(), "dockher-rootfs-"));
  try {
    const error = await run({
      source: { rootfs: directory },
      directories: sandbox.directories,
      command: ["/bin/sh"],
    }).catch((reason) => reason);
    assert.is(error.code, "COMMAND_NOT_FOUND");
  } finally {
    await removeTree(directory);
  }
});

test("names are unique while the container runs, and free again afterwards", async () => {
  const options = {
    source: { image: "busybox" },
    directories: sandbox.directories,
    name: "only-one",
  };
  const first = await startContainer({ ...options, command: ["sleep", "100"] });
  const error = await runHere({ command: ["true"], name: "only-one" }).catch((reason) => reason);
  assert.is(error.code, "NAME_IN_USE");
  await first[Symbol.asyncDispose]();
  assert.is((await runHere({ command: ["true"], name: "only-one" })).reason, "exited");
});

const failures: [string, Partial<RunOptions> & { command: string[] }, string][] = [
  ["a command that is missing", { command: ["/nope"] }, "COMMAND_NOT_FOUND"],
  ["one that PATH does not hold", { command: ["nope"] }, "COMMAND_NOT_FOUND"],
  ["one that is a directory", { command: ["/etc"] }, "COMMAND_NOT_EXECUTABLE"],
  ["one that may not be executed", { command: ["/etc/passwd"] }, "COMMAND_NOT_EXECUTABLE"],
  ["the same without init", { command: ["/nope"], init: false }, "COMMAND_NOT_FOUND"],
  [
    "an image that is not there",
    { command: ["true"], source: { image: "nope" } },
    "IMAGE_NOT_FOUND",
  ],
  [
    "an image that may not be made",
    { command: ["true"], source: { image: "debian", pull: "never" } },
    "IMAGE_NOT_FOUND",
  ],
  [
    "an image with a path for a name",
    { command: ["true"], source: { image: "../x" } },
    "IMAGE_REFERENCE_INVALID",
  ],
  [
    "a root filesystem that is a file",
    { command: ["true"], source: { rootfs: "/etc/passwd" } },
    "ROOTFS_NOT_FOUND",
  ],
  [
    "a root filesystem that is missing",
    { command: ["true"], source: { rootfs: "/nope" } },
    "ROOTFS_NOT_FOUND",
  ],
  [
    "a limit that cannot be meant, before an image is made for it",
    { command: ["true"], source: { image: "debian" }, limits: { memory: 1 } },
    "INVALID_LIMIT",
  ],
  ["a timeout that is no time", { command: ["true"], timeout: Number.NaN }, "INVALID_TIMEOUT"],
  ["a timeout that timers cannot hold", { command: ["true"], timeout: 2 ** 31 }, "INVALID_TIMEOUT"],
  ["a timeout of nothing", { command: ["true"], timeout: 0 }, "INVALID_TIMEOUT"],
  ["an output limit that is none", { command: ["true"], outputLimit: Number.NaN }, "INVALID_LIMIT"],
  ["a negative output limit", { command: ["true"], outputLimit: -1 }, "INVALID_LIMIT"],
  ["a name that is none", { command: ["true"], name: "a/b" }, "INVALID_NAME"],
  [
    "a limit with cgroups disabled",
    { command: ["true"], cgroups: "disabled", limits: { pids: 5 } },
    "INVALID_LIMIT",
  ],
];

for (const [what, options, code] of failures) {
  test(`${what} is refused with ${code}`, async () => {
    const error = await runHere(options).then(
      () => ({ code: "it ran" }),
      (reason) => reason,
    );
    assert.is(error.code, code, error.message);
  });
}

if (obstacle === undefined) test.run();
