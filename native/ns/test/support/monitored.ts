import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type ContainerState,
  connectMonitor,
  type MonitorConnection,
  type MonitorOptions,
  type Plan,
  parseState,
  startMonitor,
} from "../../src/index.js";
import { makePlan, Rootfs } from "./container.js";

export interface LogEntry {
  log: string;
  stream: "stdout" | "stderr";
  time: string;
}

/** Of a monitor's options, what a test wants otherwise. */
export type MonitorChanges = Partial<Omit<MonitorOptions, "plan" | "directory">> & {
  plan?: Partial<Plan>;
};

/** A directory for a container, and its root file system; what still runs at the end of the block is killed. */
export class Monitored implements AsyncDisposable {
  readonly rootfs: Rootfs = new Rootfs();
  readonly directory: string;
  pid = -1;
  monitorPid = -1;

  constructor(parent: string = tmpdir()) {
    this.directory = mkdtempSync(path.join(parent, "ns-monitor-"));
  }

  options(script: string, { plan, ...changes }: MonitorChanges = {}): MonitorOptions {
    return {
      plan: makePlan(this.rootfs, script, plan),
      directory: this.directory,
      log: { driver: "json-file" },
      ...changes,
    };
  }

  /** Start it and connect. */
  async start(script: string, changes: MonitorChanges = {}): Promise<MonitorConnection> {
    const started = await startMonitor(this.options(script, changes));
    this.pid = started.pid;
    this.monitorPid = started.monitorPid;
    return connectMonitor({ directory: this.directory });
  }

  /** Start it and wait for its end, which may be over before anybody can connect. */
  async run(script: string, changes: MonitorChanges = {}): Promise<ContainerState> {
    const started = await startMonitor(this.options(script, changes));
    this.monitorPid = started.monitorPid;
    await waitUntilDead(started.monitorPid);
    return this.readState();
  }

  /** A plan that enters the container. */
  enter(args: readonly string[], changes: Partial<Plan> = {}): Plan {
    return {
      args,
      env: ["PATH=/bin"],
      namespaces: (["pid", "mount", "uts", "ipc"] as const).map((type) => ({
        type,
        of: "container" as const,
      })),
      stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "pipe" }],
      steps: [],
      ...changes,
    };
  }

  readState(): ContainerState {
    return parseState(readFileSync(path.join(this.directory, "state.json"), "utf8"));
  }

  readLog(name = "container.log"): LogEntry[] {
    const text = readFileSync(path.join(this.directory, name), "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  has(name: string): boolean {
    return existsSync(path.join(this.directory, name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isMonitor(this.monitorPid)) kill(this.monitorPid);
    if (this.monitorPid > 0) await waitUntilDead(this.monitorPid);
    rmSync(this.directory, { recursive: true });
    this.rootfs[Symbol.dispose]();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It has just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function isMonitor(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("dockher-monitor".slice(0, 15));
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

/** Of a process that is nobody's child here. */
export async function waitUntilDead(pid: number): Promise<void> {
  await waitFor(() => !isAlive(pid));
}

/** Ask again until it holds: for what gives no event. */
export async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setTimeout(go, 5));
}

/** A small tmpfs, unmounted at the end of the block. */
export class SmallDisk implements Disposable {
  readonly path: string = mkdtempSync(path.join(tmpdir(), "ns-disk-"));

  constructor(bytes: number) {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", this.path]);
  }

  [Symbol.dispose](): void {
    execFileSync("umount", [this.path]);
    rmSync(this.path, { recursive: true });
  }
}
