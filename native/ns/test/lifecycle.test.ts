import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { launch, park } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run } from "./support/container.js";

const suite = makeSuite("lifecycle");
const library = JSON.stringify(new URL("../dist/index.js", import.meta.url).href);

/** Start time of a process, which tells it from a later one with its pid; undefined once it is dead. */
function readStartTime(pid: number): string | undefined {
  try {
    const [, state, ...rest] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) | /);
    return state === "Z" ? undefined : rest[19];
  } catch {
    return undefined;
  }
}

async function waitUntilDead(pid: number): Promise<void> {
  while (readStartTime(pid) !== undefined) await new Promise((go) => setTimeout(go, 5));
}

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function countThreads(): number {
  return readdirSync("/proc/self/task").length;
}

whenPossible("lifecycle", findObstacle(), () => {
  suite("an exit carries code, signal and usage", async () => {
    using rootfs = new Rootfs();
    const { exit } = await run(
      makePlan(rootfs, "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exit 42"),
    );
    assert.is(exit.kind === "exited" && exit.exitCode, 42);
    assert.ok(exit.userMicroseconds + exit.systemMicroseconds > 0);
    assert.ok(exit.wallNanoseconds > 0);
    await using killed = await launch(makePlan(rootfs, "sleep 1000"));
    assert.is(killed.kill("SIGKILL"), true);
    const end = await killed.exited;
    assert.is(end.kind === "signaled" && end.signalName, "SIGKILL");
    assert.is(killed.kill("SIGTERM"), false);
  });

  for (const init of [false, true])
    suite(`the container dies with a Node that is killed (init: ${init})`, async () => {
      using rootfs = new Rootfs();
      const program = `
        import { launch } from ${library};
        const process1 = await launch(JSON.parse(process.argv[1]));
        console.log(String(process1.pid));
        setInterval(() => {}, 1000);
      `;
      const none = { kind: "null" } as const;
      const plan = makePlan(rootfs, "sleep 1000", { init, stdio: [none, none, none] });
      const node = spawn(
        process.execPath,
        ["--input-type=module", "-e", program, JSON.stringify(plan)],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const [chunk] = await once(node.stdout, "data");
      const pid = Number(chunk);
      assert.ok(readStartTime(pid));
      node.kill("SIGKILL");
      await waitUntilDead(pid);
      assert.is(readStartTime(pid), undefined);
    });

  suite("the container dies with its worker, and nothing stays a zombie", async () => {
    using rootfs = new Rootfs();
    const none = { kind: "null" } as const;
    const plan = makePlan(rootfs, "sleep 1000", { stdio: [none, none, none] });
    const worker = new Worker(
      `import(${library}).then(async ({ launch }) => {
        const { parentPort, workerData } = require("node:worker_threads");
        const started = await launch(workerData);
        parentPort.postMessage(started.pid);
        await started.exited;
      });`,
      { eval: true, workerData: plan },
    );
    const [pid] = await once(worker, "message");
    assert.ok(readStartTime(pid));
    await worker.terminate();
    assert.not.ok(existsSync(`/proc/${pid}`));
  });

  suite("workers start containers at the same time", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "exit 6", {
      stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
    });
    const code = `import(${library}).then(async ({ launch }) => {
      const { parentPort, workerData } = require("node:worker_threads");
      let sum = 0;
      for (let i = 0; i < 5; i++) sum += (await (await launch(workerData)).exited).exitCode;
      parentPort.postMessage(sum);
    });`;
    const workers = Array.from(
      { length: 3 },
      () => new Worker(code, { eval: true, workerData: plan }),
    );
    const sums = await Promise.all(
      workers.map(async (worker) => (await once(worker, "message"))[0]),
    );
    assert.equal(sums, [30, 30, 30]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  suite("a thousand starts leave nothing behind", async () => {
    using rootfs = new Rootfs();
    const none = { kind: "null" } as const;
    const plan = {
      ...makePlan(rootfs, ""),
      args: ["/bin/true"],
      stdio: [none, none, none] as const,
      namespaces: [{ type: "pid" }, { type: "mount" }] as const,
    };
    const missing = { ...plan, args: ["/bin/missing"] };
    const startSome = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 10) {
        const good = Array.from({ length: 8 }, async () => (await launch(plan)).exited);
        const bad = Array.from({ length: 2 }, async () => await launch(missing).catch(() => {}));
        await Promise.all([...good, ...bad]);
      }
    };
    await startSome(50);
    const [descriptors, threads] = [countDescriptors(), countThreads()];
    await startSome(process.env["WITH_CGROUP_V2"] === undefined ? 1000 : 200);
    assert.is(countDescriptors(), descriptors);
    assert.ok(countThreads() <= threads + 4);
  });

  suite("pipes that nobody took are closed with the process", async () => {
    using rootfs = new Rootfs();
    const pipe = { kind: "pipe" } as const;
    const before = countDescriptors();
    {
      await using _process = await launch(
        makePlan(rootfs, "exit 0", { stdio: [pipe, pipe, pipe] }),
      );
    }
    assert.is(countDescriptors(), before);
  });

  suite("a pipe holds back a writer that is not read", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "cat", {
      stdio: [{ kind: "pipe" }, { kind: "pipe" }, { kind: "pipe" }],
    });
    await using process = await launch(plan);
    const data = "x".repeat(1_000_000);
    const { stdin, stdout } = process;
    assert.ok(stdin && stdout);
    stdin.end(data);
    let length = 0;
    for await (const chunk of stdout) length += chunk.length;
    assert.is(length, data.length);
  });

  suite("a pipe can be opened again by a user", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "echo again > /proc/self/fd/1", {
      stdioOwner: { uid: 1000, gid: 1000 },
      steps: [
        { op: "gid", gid: 1000 },
        { op: "uid", uid: 1000, keepCapabilities: false },
      ],
    });
    const { stdout, stderr } = await run(plan);
    assert.is(stderr, "");
    assert.is(stdout, "again");
  });

  suite("an aborted start fails and leaves nothing", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "sleep 1000");
    const before = AbortSignal.abort(new Error("too late"));
    const early = await launch(plan, { signal: before }).catch((error: Error) => error);
    assert.match(String(early), "failed to start /bin/sh: aborted");
    assert.match(String((early as Error).cause), "too late");

    const controller = new AbortController();
    const starting = launch(plan, { signal: controller.signal }).catch((error: Error) => error);
    controller.abort(new Error("changed my mind"));
    const result = await starting;
    // It may have been faster than the abort; then it is the caller's.
    if (result instanceof Error) assert.match(String(result), "aborted");
    else await result[Symbol.asyncDispose]();

    const parking = new AbortController();
    const parked = await park(plan, { signal: parking.signal });
    parking.abort();
    const released = await parked.release().catch((error: Error) => error);
    assert.match(String(released), "aborted");
    assert.is(readStartTime(parked.pid), undefined);
  });

  suite("a kill races the exit and loses gracefully", async () => {
    using rootfs = new Rootfs();
    for (let i = 0; i < 30; i++) {
      await using process = await launch(makePlan(rootfs, "exit 0"));
      setImmediate(() => process.kill("SIGKILL"));
      const exit = await process.exited;
      assert.ok(exit.kind === "signaled" || exit.exitCode === 0);
    }
  });

  suite("the event loop is held less than by child_process.spawn", async () => {
    using rootfs = new Rootfs();
    const none = { kind: "null" } as const;
    const plan = makePlan(rootfs, "exit 0", { stdio: [none, none, none] });
    const held = { launch: [] as number[], spawn: [] as number[] };
    for (let i = 0; i < 30; i++) {
      const before = performance.now();
      const starting = launch(plan);
      held.launch.push(performance.now() - before);
      await (await starting).exited;
      const then = performance.now();
      const child = spawn("/bin/true", { stdio: "ignore" });
      held.spawn.push(performance.now() - then);
      await once(child, "exit");
    }
    const median = (times: number[]): number => times.sort((a, b) => a - b)[15] ?? 0;
    const [ours, theirs] = [median(held.launch), median(held.spawn)];
    console.log(`event loop held: launch ${ours.toFixed(3)} ms, spawn ${theirs.toFixed(3)} ms`);
    assert.ok(ours < theirs);
  });
});

suite.run();
