/** Starts containers in circumstances that a caller can bring upon itself, and prints a line of JSON about each start. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
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
const own = mkdtempSync(join(directory, "caller-"));

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function takeInventory(): string[] {
  const children = readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  return [
    `${countDescriptors()} descriptors`,
    ...children.map((pid) => `process ${pid}`),
    ...readdirSync(join(directories.root, "containers")).map((name) => `record ${name}`),
  ];
}

async function start(): Promise<Omit<Report, "circumstance" | "left">> {
  const base = { source: { image: "busybox" }, directories, timeout: 20_000 };
  try {
    const { reason, stdout } = await run({ ...base, command: ["sh", "-c", "ulimit -n; echo end"] });
    return { code: "started", message: reason, stdout: String(stdout) };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return { code, message, stdout: "" };
  }
}

/** Starts in a circumstance, then once more without it. */
async function startWithin(name: string, enter: () => void, leave: () => void): Promise<void> {
  const before = takeInventory();
  enter();
  const result = await start();
  leave();
  const left = takeInventory().filter((item) => !before.includes(item));
  const next = await start();
  if (next.code !== "started") left.push(`the next start: ${next.message}`);
  process.stdout.write(`${JSON.stringify({ circumstance: name, ...result, left })}\n`);
}

function readVirtualSize(): number {
  return Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
}

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
  "little memory": () => {
    return limit("as", () => [0, 1, 4, 32].map((more) => readVirtualSize() + more * 2 ** 20));
  },
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
    const { spawn } = await import("node:child_process");
    const storm = spawn("sh", ["-c", script, String(process.pid)], { stdio: "ignore" });
    for (let i = 0; i < 20; i++)
      await startWithin(
        "many signals",
        () => undefined,
        () => undefined,
      );
    storm.kill("SIGKILL");
  },
};

// What is made once, such as threads and the sealed init, is no leftover.
await start();
execFileSync("true");
await circumstances[circumstance]?.();
process.exit(0);
