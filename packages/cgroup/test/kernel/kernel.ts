import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Cgroup,
  CgroupManager,
  type CgroupReport,
  type CreateOptions,
  describeCgroups,
} from "../../src/index.js";

export const report: CgroupReport = describeCgroups();

/** Why this machine cannot run the tests of this folder; decided once. */
const impossible: string | undefined =
  process.getuid?.() !== 0
    ? "needs root"
    : (report.problems[0]?.message ??
      (["cpu", "memory", "pids"] as const)
        .filter((name) => !report.controllers.includes(name))
        .map((name) => `the controller ${name} is missing`)[0]);

/** Registers a test of the real kernel, or prints why it is skipped. */
export function realTest(
  suite: Test,
  name: string,
  run: () => Promise<void>,
  unless?: string,
): void {
  const reason = impossible ?? unless;
  if (reason === undefined) suite(name, run);
  else console.log(`SKIP ${name}: ${reason}`);
}

let count = 0;

/** A name that nobody else on the machine uses. */
export function makeName(): string {
  return `test-${process.pid}-${count++}`;
}

export function create(options: Omit<CreateOptions, "name"> = {}): Promise<Cgroup> {
  return CgroupManager.open().create({ name: makeName(), ...options });
}

/** Starts a shell in a cgroup; it runs the script once it has been moved in. */
export async function startIn(cgroup: Cgroup, script: string): Promise<ChildProcess> {
  const child = spawn("/bin/sh", ["-c", `read go; ${script}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  assert.type(child.pid, "number");
  await cgroup.join(child.pid ?? 0);
  child.stdin?.end("go\n");
  return child;
}

export async function waitForExit(
  child: ChildProcess,
): Promise<{ exitCode: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { exitCode: child.exitCode, signal: child.signalCode };
}

export function listDirectories({ location }: Cgroup): string[] {
  return location.version === 2
    ? [location.directory]
    : [...new Set(Object.values(location.directories))];
}

export function assertGone(cgroup: Cgroup): void {
  assert.equal(
    listDirectories(cgroup).filter((directory) => existsSync(directory)),
    [],
  );
}
