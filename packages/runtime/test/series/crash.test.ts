import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { pruneContainers } from "../../src/prune/prune-containers.ts";
import { describeKept } from "../kept/kept-sandbox.ts";

const { test, directories, target, listLeftovers } = describeKept("kill -9");

/** Each is killed in so many lives of containers. */
const ROUNDS = 20;

/** The moments are drawn from this seed, so that a failure can be had again. */
const seed = Number(process.env["DOCKHER_SEED"] ?? Date.now() % 1_000_000);

function drawMoments(): () => number {
  let state = seed;
  // Park and Miller's generator: the moments need to differ, no more.
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** A process that leads a container's life: created, started, entered, stopped, removed. It says each step that it has done. */
const LIFE = `
  const { createContainer } = await import(process.argv[1]);
  const directories = JSON.parse(process.argv[2]);
  const say = (word) => process.stdout.write(word + "\\n");
  try {
    const created = await createContainer({
      source: { image: "busybox" },
      command: ["sh", "-c", "echo hello; exec sleep 1000"],
      directories,
    });
    say("created");
    const running = await created.start();
    say("started");
    const entered = await running.exec({ command: ["true"] });
    await entered.wait();
    say("entered");
    const stopped = await running.stop({ timeout: 0 });
    say("stopped");
    await stopped.remove();
    say("removed");
  } catch (error) {
    if (error.code !== "CONTAINER_NOT_RUNNING") say("unexpected: " + error.code + ": " + error.message);
  }
`;

const library = new URL("../../dist/index.js", import.meta.url).href;

function lead(): ChildProcess {
  const args = ["--input-type=module", "-e", LIFE, library, JSON.stringify(directories())];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

type Victim = "caller" | "monitor" | "init" | "program";

/** The pids of this container's processes, as far as they are known and there. */
function findVictim(victim: Victim, caller: ChildProcess): number | undefined {
  if (victim === "caller") return caller.pid;
  const [id] = readdirSync(join(directories().root, "containers")).filter((name) =>
    /^[0-9a-f]{64}$/.test(name),
  );
  if (id === undefined) return undefined;
  try {
    const path = join(directories().root, "containers", id, "state.json");
    const state = JSON.parse(readFileSync(path, "utf8"));
    if (victim === "monitor") return state.monitor.pid;
    if (victim === "init") return state.pid;
    const children = readFileSync(`/proc/${state.pid}/task/${state.pid}/children`, "utf8");
    return Number(children.split(" ")[0]) || undefined;
  } catch {
    return undefined;
  }
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** Whether it is said to run, and its first process is not there. */
function saysMoreThanTrue(id: string): boolean {
  const { status } = inspectContainer(target(id));
  if (!("pid" in status)) return false;
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${status.pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

for (const victim of ["caller", "monitor", "init", "program"] as const) {
  test(`the ${victim}, at random moments: what is said afterwards is true, and all of it can be removed`, async () => {
    const draw = drawMoments();
    for (let round = 0; round < ROUNDS; round++) {
      const title = `seed ${seed}, round ${round}`;
      const caller = lead();
      const ended = new Promise((resolve) => caller.once("close", resolve));
      // So many wake-ups of this process after a step that is drawn as well.
      let left = Math.floor(draw() * 5);
      let said = "";
      caller.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (left-- > 0) return;
        let wakes = Math.floor(draw() * 200);
        const wait = (): void => {
          if (wakes-- > 0) setImmediate(wait);
          else kill(findVictim(victim, caller));
        };
        wait();
      });
      await ended;
      assert.not.match(said, "unexpected", title);
      for (const { id } of listContainers({ all: true, directories: directories() })) {
        // Who killed it was faster than its monitor, which says so as soon as it runs.
        while (saysMoreThanTrue(id)) await new Promise((resolve) => setImmediate(resolve));
        await removeContainer({ ...target(id), force: true });
      }
      await pruneContainers({ directories: directories() });
      assert.equal(listLeftovers(), [], title);
    }
  });
}

test.run();
