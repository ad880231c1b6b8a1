import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { launch, MountFlag, type Plan, type ProcessExit, type Step } from "../../src/index.js";
import { busybox } from "./capability.js";

const { MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC } = MountFlag;

const applets = "sh echo cat ls true false id hostname grep sleep env readlink mount ps kill stty";

const createProc: Step = { op: "create-mount", slot: 255, fstype: "proc", attributes: 14 };
const attachProc: Step = { op: "move-mount", slot: 255, target: "/proc" };
const mountProc: Step = {
  op: "mount",
  source: "proc",
  target: "/proc",
  fstype: "proc",
  flags: MS_NOSUID | MS_NODEV | MS_NOEXEC,
};

/** A root file system of busybox in a temporary directory, removed at the end of the block. */
export class Rootfs {
  readonly path: string = mkdtempSync(path.join(tmpdir(), "ns-test-"));

  constructor() {
    if (busybox === undefined) throw new Error("needs busybox");
    chmodSync(this.path, 0o755);
    for (const directory of ["bin", "proc", "sys", "dev", "tmp", "etc"])
      mkdirSync(this.join(directory));
    copyFileSync(busybox, this.join("bin/busybox"));
    for (const applet of applets.split(" ")) symlinkSync("busybox", this.join(`bin/${applet}`));
  }

  join(...parts: string[]): string {
    return path.join(this.path, ...parts);
  }

  /** Become this root, with a procfs: made early in a user namespace, which may mount it only so. */
  enter(user: "mapped" | "same"): Step[] {
    const early = user === "mapped";
    return [
      ...(early ? [createProc] : []),
      { op: "mount", target: "/", flags: MS_PRIVATE | MS_REC },
      { op: "mount", source: this.path, target: this.path, flags: MS_BIND | MS_REC },
      { op: "pivot-root", newRoot: this.path },
      early ? attachProc : mountProc,
    ];
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Of a plan, what a test wants otherwise. */
export type PlanChanges = Partial<Plan>;

/** A container of its own namespaces that runs `script` in a shell after `steps`. */
export function makePlan(rootfs: Rootfs, script: string, changes: PlanChanges = {}): Plan {
  const { steps = [], ...rest } = changes;
  const user = rest.namespaces?.some(({ type }) => type === "user") ? "mapped" : "same";
  return {
    args: ["/bin/sh", "-c", script],
    env: ["PATH=/bin"],
    namespaces: [{ type: "pid" }, { type: "mount" }, { type: "uts" }, { type: "ipc" }],
    stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "pipe" }],
    ...rest,
    steps: [...rootfs.enter(user), ...steps],
  };
}

export interface Outcome {
  stdout: string;
  stderr: string;
  exit: ProcessExit;
}

/** Run a plan with pipes for stdout and stderr to its end. */
export async function run(plan: Plan): Promise<Outcome> {
  await using process = await launch(plan);
  const [stdout, stderr, exit] = await Promise.all([
    process.stdout === undefined ? "" : text(process.stdout),
    process.stderr === undefined ? "" : text(process.stderr),
    process.exited,
  ]);
  return { stdout: stdout.trim(), stderr: stderr.trim(), exit };
}

/** Run a script in a fresh container and give what it printed; a complaint of it is an error. */
export async function runScript(script: string, changes: PlanChanges = {}): Promise<string> {
  using rootfs = new Rootfs();
  const { stdout, stderr } = await run(makePlan(rootfs, script, changes));
  if (stderr !== "") throw new Error(`the script complains: ${stderr}`);
  return stdout;
}

/** Run steps that must fail, and give the error. */
export async function runFailure(steps: Step[], changes: PlanChanges = {}): Promise<Error> {
  using rootfs = new Rootfs();
  try {
    await using _process = await launch(makePlan(rootfs, "exit 0", { ...changes, steps }));
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the start did not fail");
}
