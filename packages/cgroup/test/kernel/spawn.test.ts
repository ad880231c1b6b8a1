import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type SpawnedInCgroup, type SpawnInCgroupOptions, spawnInCgroup } from "../../src/index.js";
import { assertRejects } from "../assert-rejects.js";
import { readOutput } from "../read-output.js";
import { assertGone, realTest } from "./kernel.js";

const test = suite("kernel: spawnInCgroup");
const MIB = 2 ** 20;

/** Runs to the end and asserts that no cgroup is left. */
async function run(
  command: string,
  args: readonly string[],
  options: Partial<SpawnInCgroupOptions> = {},
): Promise<{ output: string; verdict: Awaited<SpawnedInCgroup["verdict"]> }> {
  const { child, cgroup, verdict } = await spawnInCgroup(command, args, {
    limits: {},
    stdio: ["ignore", "pipe", "inherit"],
    ...options,
  });
  const output = await readOutput(child);
  const judged = await verdict;
  assertGone(cgroup);
  return { output, verdict: judged };
}

realTest(
  test,
  "the program is in its cgroup from the start, and has no descriptor more",
  async () => {
    const { child, cgroup, verdict } = await spawnInCgroup(
      "/bin/sh",
      ["-c", "cat /proc/self/cgroup; ls /proc/$$/fd"],
      { limits: { memory: 50 * MIB, cpu: 1, pids: 20 } },
    );
    const output = await readOutput(child);
    for (const name of cgroup.version === 2 ? [""] : ["cpu", "memory", "pids"]) {
      assert.match(output, new RegExp(`:${name}[^:]*:/.*${cgroup.name}\n`));
    }
    const bare = await run("/bin/sh", ["-c", "ls /proc/$$/fd"]);
    assert.ok(output.endsWith(bare.output));
    assert.is((await verdict).exitCode, 0);
  },
);

realTest(test, "the verdict: exit code, signal, CPU time, peak", async () => {
  const { verdict } = await run("sh", ["-c", "exit 7"]);
  assert.is(verdict.exitCode, 7);
  assert.is(verdict.signal, null);
  assert.is(verdict.oomKilled, false);
  assert.ok((verdict.cpuUs ?? 0) > 0);
  const killed = await run("sh", ["-c", "kill -KILL $$"]);
  assert.is(killed.verdict.signal, "SIGKILL");
  assert.is(killed.verdict.exitCode, null);
  assert.is(killed.verdict.oomKilled, false);
});

realTest(test, "the verdict: out of memory, also where a child was the victim", async () => {
  const limits = { memory: 20 * MIB };
  const { verdict } = await run("tail", ["/dev/zero"], { limits });
  assert.equal([verdict.signal, verdict.oomKilled], ["SIGKILL", true]);
  const child = await run("sh", ["-c", "tail /dev/zero; exit 3"], { limits });
  assert.equal([child.verdict.exitCode, child.verdict.oomKilled], [3, true]);
});

realTest(test, "words are words, whatever they hold", async () => {
  const words = ["$(exit 1)", "`x`", '"', "'", "; exit 1", "a b", "", "-n", "\n", "ä", "*"];
  const { output } = await run("printf", ["%s\\0", ...words]);
  assert.equal(output.split("\0").slice(0, -1), words);
});

realTest(test, "the environment arrives, also names that a shell would drop", async () => {
  const env = { PATH: "/usr/bin:/bin", "INPUT_FETCH-DEPTH": "1 2", "a.b": "=", PLAIN: "x" };
  const { output } = await run("env", [], { env });
  for (const [name, value] of Object.entries(env))
    assert.ok(output.includes(`${name}=${value}\n`), name);
  await assertRejects(() => run("./a=b", [], { env, cwd: "/" }), "COMMAND_NOT_FOUND");
});

realTest(test, "uid and gid drop before the program", async () => {
  const { output } = await run("sh", ["-c", "id -u; id -g"], { uid: 65534, gid: 65534 });
  assert.is(output, "65534\n65534\n");
});

realTest(test, "what the program leaves running is killed", async () => {
  const { verdict } = await run("sh", ["-c", "setsid sleep 1000 >/dev/null & exit 0"]);
  assert.is(verdict.exitCode, 0);
});

realTest(test, "an abort ends it", async () => {
  const controller = new AbortController();
  const { child, cgroup, verdict } = await spawnInCgroup("sleep", ["1000"], {
    limits: {},
    signal: controller.signal,
  });
  child.on("error", () => undefined);
  controller.abort();
  assert.is((await verdict).signal, "SIGTERM");
  assertGone(cgroup);
});

realTest(test, "a start that fails is an error, not an exit code", async () => {
  await assertRejects(() => run("no-such-program", []), "COMMAND_NOT_FOUND");
  await assertRejects(() => run("/etc/passwd", []), "COMMAND_NOT_EXECUTABLE");
  await assertRejects(() => run("true", [], { cwd: "/nonexistent" }), "CWD_NOT_FOUND");
  await assertRejects(
    () => run("true", [], { stdio: new Array(12).fill("ignore") }),
    "INVALID_STDIO",
  );
  await assertRejects(
    () => run("true", [], { limits: { memory: Number.NaN } }),
    "INVALID_RESOURCES",
  );
  await assertRejects(() => run("true", [], { limits: { cpu: -1 } }), "INVALID_LIMITS");
});

test.run();
