import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { becomeNobody, findNobodyObstacle, type NobodysIds, nobody } from "../run-as-nobody.ts";
import { findIdmapObstacle, findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";
import type { Fault, FaultOptions } from "./fault-driver.ts";
import { buildInjector } from "./injector.ts";

/**
 * Every system call of a start fails in turn. `DOCKHER_FAULTS=thorough` tries many errors for each, which takes an hour.
 */
const test = suite("faults");
const obstacle = findObstacle() ?? findInjectorObstacle();
if (obstacle !== undefined) console.log(`SKIP faults: ${obstacle}`);

const thorough = process.env["DOCKHER_FAULTS"] === "thorough";

interface Case {
  scenario: string;
  /** Of the calls that come often, every so-manieth fails. */
  stride: number;
  /** An ordinary user does it, with these ids. */
  ids?: NobodysIds;
  /** Why it cannot be tried here; undefined where it can. */
  obstacle?: string | undefined;
}

const cases: readonly Case[] = [
  { scenario: "run", stride: 3 },
  { scenario: "terminal", stride: 6 },
  { scenario: "mapped", stride: 6, obstacle: await findIdmapObstacle() },
  { scenario: "rootless", stride: 6, ids: "full", obstacle: findNobodyObstacle("full") },
  {
    scenario: "rootless with one id",
    stride: 6,
    ids: "single",
    obstacle: findNobodyObstacle("single"),
  },
  { scenario: "parked", stride: 6 },
  { scenario: "entered", stride: 6 },
];
const driver = fileURLToPath(new URL("./fault-driver.ts", import.meta.url));

function findInjectorObstacle(): string | undefined {
  if (process.env["WITH_CGROUP_V2"] !== undefined) return "it takes an hour on an emulated kernel";
  if (spawnSync("cc", ["--version"]).status !== 0) return "it needs a C compiler";
  const { stdout } = spawnSync("cat", ["/proc/sys/kernel/seccomp/actions_avail"]);
  return String(stdout).includes("user_notif") ? undefined : "the kernel lacks seccomp_unotify(2)";
}

/** Calls that may fail without failing the start, and why the container is right all the same. */
const OPTIONAL: Readonly<Record<string, string>> = {
  "node mkdir": "the directory is there",
  "node openat2": "whether the image has a linker for i386: the way of its sockets stays closed",
  "node openat": "on v1, what a kernel may lack; tidying up tries again",
  "node read": "on v1, what a kernel may lack",
  "node statx": "tidying up tries again",
  "node newfstatat": "tidying up tries again",
  "node getdents64": "tidying up tries again",
  "node unlink": "tidying up tries again",
  "node rmdir": "tidying up tries again",
  "start thread prctl#3": "PR_GET_DUMPABLE: Node stays closed to other processes",
  "start thread prctl#4": "PR_SET_DUMPABLE: Node stays closed to other processes",
  "start thread pidfd_send_signal": "the holder of a user namespace is killed by its pid",
  "start thread getrusage": "the peak of memory is less exact",
  "start thread poll": "it waits in recvmsg instead",
  "start thread rt_sigprocmask": "libc, in the birth of a thread: its signals stay blocked",
  "child prctl#23": "PR_CAPBSET_READ: the capability is dropped unasked",
  "child newfstatat": "why a file of the search path cannot run",
  "child ppoll": "of no descriptor: the holder of a user namespace waits again",
  "child rt_sigtimedwait": "the init waits again",
  "child ioctl#21520": "TIOCSPGRP: most containers have no terminal",
};

/** Errors that say that something is left; the next start anywhere removes it. */
const LEAVING: ReadonlySet<string | undefined> = new Set(["CLEANUP_FAILED", "UNDO_FAILED"]);

let sandbox: Sandbox;
test.before.each(async () => {
  sandbox = await makeSandbox();
});
test.after.each(() => sandbox.remove());

async function injectFaults({ scenario, stride, ids }: Case): Promise<Fault[]> {
  if (ids !== undefined) await sandbox.giveTo(nobody.uid);
  const directory = join(sandbox.directories.root, "..");
  const options: FaultOptions = {
    directory,
    scenario,
    errors: thorough
      ? ["ENOMEM", "EINTR", "EAGAIN", "EPERM", "EIO", "ENOSPC", "EMFILE", "EINVAL"]
      : ["ENOMEM", "EINTR"],
    stride,
    rare: 3,
    thorough,
  };
  const become = ids === undefined ? [] : becomeNobody({ directory, ids });
  const { status, stdout, stderr } = spawnSync(
    buildInjector(directory),
    [...become, process.execPath, "--import", "tsx", driver],
    {
      env: { ...process.env, FAULTS: JSON.stringify(options) },
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    },
  );
  assert.is(status, 0, `${stdout.slice(-1000)}${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function nameCaller({ group }: Fault["call"]): string {
  return ["node", "start thread"][group] ?? "child";
}

/** What is wrong with how a start took a fault. */
function judge({ call, error, outcome, code, message, left }: Fault): string | undefined {
  const caller = `${nameCaller(call)} ${call.name}`;
  if (left.length > 0 && !(LEAVING.has(code) && left.every((item) => !item.includes(":"))))
    return `left ${left.join(", ")}`;
  if (outcome === "failed") {
    if (code === "KILLED_AT_START" || !message.startsWith("failed to ")) return "names no step";
    return code?.startsWith("no ") ? code : undefined;
  }
  if (message !== "") return `started otherwise:\n${message}`;
  return error === "EINTR" || OPTIONAL[caller] !== undefined ? undefined : "did not fail";
}

const seen = new Set<string>();

for (const each of cases) {
  const { scenario } = each;
  if (each.obstacle !== undefined) {
    console.log(`SKIP faults: ${scenario}: ${each.obstacle}`);
    continue;
  }
  test(`${scenario}: each call fails, the error says where, and nothing is left`, async () => {
    const faults = (await injectFaults(each)).filter(({ fired }) => fired);
    const wrong = faults.flatMap((fault) => {
      const fault_ = judge(fault);
      return fault_ === undefined
        ? []
        : [
            `${fault.error} of ${nameCaller(fault.call)} ${fault.call.name}: ${fault_} (${fault.code} ${fault.message})`,
          ];
    });
    assert.equal(wrong, []);
    const steps = faults.map(({ call, message }) => {
      return `${nameCaller(call)} ${call.name} ${message.split(":")[0]?.replaceAll(/[0-9a-f]{64}|\d+/g, "")}`;
    });
    for (const step of steps) seen.add(step);
    const calls = new Set(faults.map(({ call }) => `${nameCaller(call)} ${call.name}`));
    console.log(
      `${scenario}: ${faults.length} faults, ${calls.size} different calls, ${new Set(steps).size} by step`,
    );
    assert.ok(faults.length > 50);
  });
}

test.after(() => console.log(`system calls that failed, by step and call: ${seen.size}`));

if (obstacle === undefined) test.run();
