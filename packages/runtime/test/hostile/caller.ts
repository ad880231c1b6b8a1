/** Starts containers in circumstances that a caller can bring upon itself, and prints a line of JSON about each start. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { run } from "../../src/run.ts";
import { Limiter } from "./limiter.ts";

/** How a start went. */
export interface Report {
  circumstance: string;
  /** The code of the error, or `started`. */
  code: string | undefined;
  message: string;
  stdout: string;
  /** Descriptors, children and records that were not there before. */
  left: string[];
}

const { directory, circumstance } = JSON.parse(process.env["CALLER"] ?? "{}") as {
  directory: string;
  circumstance: string;
};
const directories = { root: join(directory, "root"), cache: join(directory, "cache") };
/** A file of its own: standard output may be closed. */
const OUTPUT = openSync(join(directory, "reports"), "a");
const slow = process.env["WITH_CGROUP_V2"] !== undefined;
const COUNT = slow ? 3 : 20;
const CROWD = slow ? 8 : 64;
const own = mkdtempSync(join(directory, "caller-"));

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function listDescriptors(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [`descriptor ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      // The one that the listing itself needed.
      return [];
    }
  });
}

function takeInventory(): string[] {
  const children = readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  const descriptors = listDescriptors();
  return [
    `${descriptors.length} descriptors`,
    ...descriptors,
    ...children.map((pid) => `process ${pid}`),
    ...readdirSync(join(directories.root, "containers")).map((name) => `record ${name}`),
  ];
}

type Result = Omit<Report, "circumstance" | "left">;

async function start(signal?: AbortSignal): Promise<Result> {
  const base = {
    source: { image: "busybox" },
    directories,
    timeout: 60_000,
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    const { reason, stdout } = await run({ ...base, command: ["sh", "-c", "ulimit -n; echo end"] });
    return { code: "started", message: reason, stdout: String(stdout) };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return { code, message, stdout: "" };
  }
}

function listLeft(before: readonly string[]): string[] {
  return takeInventory().filter((item) => !before.includes(item));
}

function report(circumstance: string, result: Result, left: string[]): void {
  writeSync(OUTPUT, `${JSON.stringify({ circumstance, ...result, left } satisfies Report)}\n`);
}

/** Starts in a circumstance, then once more without it. */
async function startWithin(name: string, enter: () => void, leave: () => void): Promise<void> {
  const before = takeInventory();
  enter();
  const result = await start();
  leave();
  const left = listLeft(before);
  const next = await start();
  if (next.code !== "started") left.push(`the next start: ${next.message}`);
  report(name, result, left);
}

const nothing = (): void => undefined;

async function limit(kind: string, values: () => (number | string)[]): Promise<void> {
  const limiter = new Limiter(own);
  for (const value of values()) {
    const set = (to: number | string): void => limiter.set(`--${kind}=${to}:`);
    await startWithin(
      `${kind} ${value}`,
      () => set(value),
      () => set("unlimited"),
    );
  }
}

const circumstances: Record<string, () => Promise<void>> = {
  plain: () =>
    startWithin(
      "plain",
      () => undefined,
      () => undefined,
    ),
  "few descriptors": async () => {
    const limiter = new Limiter(own);
    const hard = /^Max open files\s+\d+\s+(\d+)/m.exec(
      readFileSync("/proc/self/limits", "utf8"),
    )?.[1];
    const used = countDescriptors() - 1;
    for (let more = 0; more <= 24; more += 2) {
      await startWithin(
        `${more} descriptors`,
        () => limiter.set(`--nofile=${used + more}:`),
        () => limiter.set(`--nofile=${hard}:`),
      );
    }
  },
  "small files": () => limit("fsize", () => [0, 10, 1000, 100_000]),
  "no processes": () => limit("nproc", () => [0]),
  "no directory": () => {
    const gone = mkdtempSync(join(own, "gone-"));
    return startWithin(
      "no directory",
      () => {
        process.chdir(gone);
        rmdirSync(gone);
      },
      () => process.chdir("/"),
    );
  },
  "many signals": async () => {
    process.on("SIGUSR1", () => undefined);
    const script = 'while kill -USR1 "$0" 2>/dev/null; do :; done';
    const storm = spawn("sh", ["-c", script, String(process.pid)], { stdio: "ignore" });
    for (let i = 0; i < COUNT; i++) await startWithin("many signals", nothing, nothing);
    storm.kill("SIGKILL");
    await once(storm, "exit");
  },
  crowd: async () => {
    const before = takeInventory();
    const starts = Array.from({ length: CROWD }, async (_, i) => {
      const controller = new AbortController();
      // Some before they are heard of, some while they start, some while they run.
      if (i % 3 === 0) setTimeout(() => controller.abort(new Error("enough")), i * 3);
      return await start(controller.signal);
    });
    const results = await Promise.all(starts);
    for (const [i, result] of results.entries())
      if (i % 3 !== 0 && result.code !== "started") report("crowd", result, []);
    report("crowd", await start(), listLeft(before));
  },
  "dying workers": async () => {
    const before = takeInventory();
    for (let i = 0; i < COUNT; i++) {
      const worker = new Worker(new URL("./worker.mjs", import.meta.url), {
        workerData: directories,
      });
      await once(worker, "message");
      await new Promise((resolve) => setTimeout(resolve, i * 2));
      await worker.terminate();
    }
    // The next start removes what they left.
    const result = await start();
    // Node itself loses a file that a worker was just opening.
    const left = listLeft(before).filter((item) => !/^descriptor \/|descriptors$/.test(item));
    report("dying workers", result, left);
  },
};

// What is made once, such as threads and the sealed init, is no leftover.
await start();
await circumstances[circumstance]?.();
process.exit(0);
