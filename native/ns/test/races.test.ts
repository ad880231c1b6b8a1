import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { MountFlag, NsError, type Plan, type Step } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run } from "./support/container.js";

const suite = makeSuite("races");

/** Of each kind of step. */
const STARTS = Number(
  process.env["DOCKHER_RACES"] ?? (process.env["WITH_CGROUP_V2"] === undefined ? 25 : 2),
);

function findCompilerObstacle(): string | undefined {
  return spawnSync("cc", ["--version"]).status === 0 ? undefined : "needs a C compiler";
}

/** Steps that each act below a directory which is a symlink to the host half of the time. */
const attacks: Readonly<Record<string, (place: string) => Step[]>> = {
  "mount a tmpfs": (place) => [
    {
      op: "mount",
      source: "tmpfs",
      fstype: "tmpfs",
      target: place,
      flags: 0,
      createTarget: "directory",
    },
  ],
  "attach a directory": (place) => [
    { op: "move-mount", slot: 1, target: place, createTarget: "directory" },
  ],
  "attach a file": (place) => [{ op: "move-mount", slot: 2, target: place, createTarget: "file" }],
  "make a directory": (place) => [{ op: "mkdir", path: `${place}/deep`, mode: 0o777 }],
  "make a device": (place) => [
    { op: "mknod", path: place, mode: 0o020666, major: 1, minor: 3 },
    { op: "chown", path: place, uid: 7, gid: 7 },
    { op: "chmod", path: place, mode: 0o700 },
  ],
  "make a link": (place) => [{ op: "symlink", target: "/nowhere", path: place }],
  "mask what is there": (place) => [{ op: "mask", path: path.dirname(place) }],
  "make read-only what is there": (place) => [{ op: "read-only", path: path.dirname(place) }],
  "mount on what is there": (place) => [
    { op: "mount", source: "tmpfs", fstype: "tmpfs", target: path.dirname(place), flags: 0 },
  ],
  "go there": (place) => [{ op: "chdir", path: path.dirname(place) }],
};

/** A directory of the host with a secret, which no container may change, cover or see. */
class Canary {
  readonly path: string = mkdtempSync(path.join(tmpdir(), "ns-canary-"));
  readonly secret: string = `secret ${this.path}`;
  readonly #before: string;

  constructor() {
    writeFileSync(path.join(this.path, "mark"), this.secret);
    this.#before = this.describe();
  }

  describe(): string {
    const { mode, uid, gid, ctimeMs } = statSync(this.path);
    const mark = readFileSync(path.join(this.path, "mark"), "utf8");
    return JSON.stringify([mode, uid, gid, ctimeMs, readdirSync(this.path), mark]);
  }

  expectUntouched(): void {
    assert.is(this.describe(), this.#before);
    assert.not.ok(readFileSync("/proc/self/mountinfo", "utf8").includes(this.path));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** `directory/swapped` is a directory and a symlink in turn. */
class Exchange implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(program: string, names: readonly string[]) {
    this.#process = spawn(program, names, { stdio: ["ignore", "pipe", "inherit"] });
  }

  static async begin(directory: string, link: string): Promise<Exchange> {
    const program = path.join(directory, "exchange");
    const source = new URL("support/exchange.c", import.meta.url).pathname;
    execFileSync("cc", ["-O2", "-D_GNU_SOURCE", source, "-o", program]);
    const names = ["swapped", "other"].map((name) => path.join(directory, name));
    mkdirSync(names[0] ?? "");
    symlinkSync(link, names[1] ?? "");
    const exchange = new Exchange(program, names);
    if (exchange.#process.stdout !== null) await once(exchange.#process.stdout, "data");
    return exchange;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    assert.is(this.#process.exitCode, null);
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
  }
}

/** Starts the plan; resolves to what it prints, or to the refusal. */
async function tryStart(plan: Plan): Promise<string> {
  try {
    const { stdout, stderr } = await run(plan);
    return stdout + stderr;
  } catch (error) {
    if (error instanceof NsError) return error.message;
    throw error;
  }
}

interface Place {
  /** Of the host: where the exchange goes on. */
  directory: string;
  /** The same inside, and how it gets there. */
  inside: string;
  steps: Step[];
}

function makePlaces(rootfs: Rootfs, volume: string): Record<string, Place> {
  mkdirSync(rootfs.join("own"));
  return {
    "the root file system": { directory: rootfs.join("own"), inside: "/own", steps: [] },
    "a volume": {
      directory: volume,
      inside: "/volume",
      steps: [{ op: "move-mount", slot: 0, target: "/volume", createTarget: "directory" }],
    },
  };
}

whenPossible("races", findObstacle() ?? findCompilerObstacle(), () => {
  for (const name of ["the root file system", "a volume"])
    for (const kind of ["absolute", "relative"])
      suite(`an ${kind} link that comes and goes in ${name} leads to nothing of the host`, async () => {
        using rootfs = new Rootfs();
        using canary = new Canary();
        using volume = new Rootfs();
        const place = makePlaces(rootfs, volume.path)[name];
        assert.ok(place);
        const link =
          kind === "absolute" ? canary.path : `${"../".repeat(20)}${canary.path.slice(1)}`;
        await using _exchange = await Exchange.begin(place.directory, link);
        const outcomes = new Map<string, number>();
        for (const [attack, makeSteps] of Object.entries(attacks))
          for (let i = 0; i < STARTS; i++) {
            const target = `${place.inside}/swapped/${attack.replaceAll(" ", "-")}-${i}`;
            const plan = makePlan(
              rootfs,
              `cat ${place.inside}/swapped/mark ${target}/mark mark; true`,
              {
                steps: [...place.steps, ...makeSteps(target)],
              },
            );
            const early: Step[] = [
              { op: "open-tree", slot: 0, source: volume.path, recursive: false },
              { op: "open-tree", slot: 1, source: rootfs.join("tmp"), recursive: false },
              { op: "open-tree", slot: 2, source: rootfs.join("bin/busybox"), recursive: false },
              {
                op: "mount",
                source: "tmpfs",
                fstype: "tmpfs",
                target: rootfs.join("dev"),
                flags: MountFlag.MS_NOSUID,
              },
              { op: "mknod", path: rootfs.join("dev/null"), mode: 0o020666, major: 1, minor: 3 },
            ];
            const [isolate, bind, ...rest] = plan.steps;
            assert.ok(isolate && bind);
            const printed = await tryStart({ ...plan, steps: [isolate, bind, ...early, ...rest] });
            assert.not.ok(printed.includes(canary.secret), `${attack}: ${printed}`);
            const outcome = printed.startsWith("failed to") ? "refused" : "started";
            outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          }
        canary.expectUntouched();
        console.log(`${kind} link in ${name}: ${JSON.stringify([...outcomes])}`);
        // A race that never lets a start through proves nothing.
        assert.ok((outcomes.get("started") ?? 0) > 0);
      });
});

suite.run();
