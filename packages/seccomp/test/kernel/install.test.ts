import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CAPABILITIES, type LinuxSeccomp } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSeccomp, createDefaultSeccomp } from "../../src/index.ts";
import { buildProgram } from "../support/build-program.ts";

const test = suite("filters in the kernel");
const { EPERM, ENOSYS } = constants.errno;

const probe =
  process.arch === "x64"
    ? buildProgram(new URL("../support/probe.c", import.meta.url), ["-static"])
    : "the probe enters the kernel of x86-64";
const directory = mkdtempSync(join(tmpdir(), "dockher-seccomp-"));
test.after(() => {
  rmSync(directory, { recursive: true, force: true });
  if (typeof probe !== "string") probe.remove();
});

interface Outcome {
  results: number[];
  signal: NodeJS.Signals | null;
}

/** Makes calls under a filter; each is the entry, the number and the arguments. */
async function call(
  seccomp: LinuxSeccomp | undefined,
  calls: (string | number)[][],
): Promise<Outcome> {
  if (typeof probe === "string") throw new Error(probe);
  const path = join(directory, "program");
  let flags = 0;
  if (seccomp !== undefined) {
    const filter = await compileSeccomp(seccomp);
    writeFileSync(path, filter.program);
    flags = filter.flags;
  }
  const words = calls
    .map((words) => words.join(" "))
    .join(" -- ")
    .split(" ");
  const { stdout, stderr, signal } = spawnSync(
    probe.path,
    [seccomp === undefined ? "-" : path, String(flags), ...words],
    { encoding: "utf8" },
  );
  assert.is(stderr, "");
  return { results: stdout.split("\n").slice(0, -1).map(Number), signal };
}

const AF_UNIX = 1;
const AF_NETLINK = 16;
const AF_ALG = 38;
const AF_VSOCK = 40;
const SOCK_DGRAM = 2;
const SOCKET = { 64: 41, x32: 41, 32: 359 } as const;
const SYS_SOCKET = 1;
const SYS_SOCKETPAIR = 8;
const BAD_POINTER = 1;

test("every way in is filtered: the default profile", async () => {
  const seccomp = createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES });
  const NEWUSER = 0x10000000;
  const refused: (string | number)[][] = [
    ["64", 272, NEWUSER], // unshare
    ["x32", 272, NEWUSER],
    ["32", 310, NEWUSER],
    ["64", 165, 0, 0, 0, 0, 0], // mount
    ["x32", 165, 0, 0, 0, 0, 0],
    ["32", 21, 0, 0, 0, 0, 0],
    ["64", 56, NEWUSER], // clone
    ["64", 56, 0x7e020000],
    ["32", 120, NEWUSER],
    ["64", 250, 0], // keyctl
    ["32", 288, 0],
    ["64", 321, 0], // bpf
    ["64", 425, 0], // io_uring_setup
    ["64", SOCKET[64], AF_ALG, SOCK_DGRAM],
    ["64", SOCKET[64], AF_VSOCK, SOCK_DGRAM],
    // The kernel takes the family as an int.
    ["64", SOCKET[64], 2 ** 32 + AF_VSOCK, SOCK_DGRAM],
    ["64", SOCKET[64], 2 ** 33 + AF_ALG, SOCK_DGRAM],
    ["32", SOCKET[32], AF_ALG, SOCK_DGRAM],
    ["32", SOCKET[32], AF_VSOCK, SOCK_DGRAM],
    ["32", 102, SYS_SOCKET, AF_ALG], // socketcall
    ["32", 102, SYS_SOCKET, AF_VSOCK],
    ["32", 102, SYS_SOCKETPAIR, AF_VSOCK],
    ["64", 135, 0x0040000], // personality: ADDR_NO_RANDOMIZE
    ["64", 135, 2 ** 32], // which the kernel takes as an unsigned int
  ];
  const { results } = await call(seccomp, refused);
  assert.equal(
    results,
    refused.map(() => -EPERM),
  );
});

test("what a newer kernel may have, and clone3, is not there", async () => {
  const seccomp = createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES });
  const { results } = await call(seccomp, [
    ["64", 435, 0, 0],
    ["32", 435, 0, 0],
    ["64", 467, 0],
    ["64", 4000, 0],
    ["32", 4000, 0],
    ["x32", 4000, 0],
  ]);
  assert.equal(
    results,
    results.map(() => -ENOSYS),
  );
});

test("what programs need is let through", async () => {
  const seccomp = createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES });
  const { results } = await call(seccomp, [
    ["64", SOCKET[64], AF_UNIX, SOCK_DGRAM],
    ["64", SOCKET[64], AF_NETLINK, SOCK_DGRAM],
    ["64", 135, 0xffffffff],
    ["64", 0, 1000, BAD_POINTER, 0], // read
    ["32", 3, 1000, BAD_POINTER, 0],
    ["32", SOCKET[32], AF_UNIX, SOCK_DGRAM],
    ["32", 102, 17, BAD_POINTER], // socketcall: recvmsg
  ]);
  assert.ok((results[0] ?? -1) >= 0 && (results[1] ?? -1) >= 0 && (results[5] ?? -1) >= 0);
  assert.is(results[2], 0);
  for (const index of [3, 4, 6]) assert.is.not(results[index], -EPERM, String(index));
  assert.is.not(results[6], -ENOSYS);
});

test("socketcall can be left open for programs that know no other way", async () => {
  const seccomp = createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES, socketcall: "open" });
  const { results } = await call(seccomp, [["32", 102, SYS_SOCKET, AF_UNIX]]);
  assert.ok((results[0] ?? -1) >= 0);
});

test("each action does to the kernel what it says", async () => {
  const GETPID = 39;
  const answer = async (action: object): Promise<Outcome> =>
    call(
      {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["getpid"], action: "SCMP_ACT_ALLOW", ...action }],
      },
      [["64", GETPID]],
    );
  const allowed = await answer({ action: "SCMP_ACT_LOG" });
  assert.ok((allowed.results[0] ?? 0) > 0);
  assert.equal((await answer({ action: "SCMP_ACT_ERRNO", errnoRet: 71 })).results, [-71]);
  assert.equal((await answer({ action: "SCMP_ACT_ERRNO" })).results, [-EPERM]);
  // Nobody traces it.
  assert.equal((await answer({ action: "SCMP_ACT_TRACE", errnoRet: 3 })).results, [-ENOSYS]);
  for (const action of [
    "SCMP_ACT_KILL",
    "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_KILL_PROCESS",
    "SCMP_ACT_TRAP",
  ]) {
    const { signal, results } = await answer({ action });
    assert.equal([signal, results], ["SIGSYS", []], action);
  }
});

test("a way in that the profile does not name ends the program", async () => {
  const seccomp: LinuxSeccomp = { defaultAction: "SCMP_ACT_ALLOW" };
  assert.is((await call(seccomp, [["32", 20]])).signal, "SIGSYS");
  assert.is((await call(seccomp, [["x32", 39]])).signal, "SIGSYS");
  const named: LinuxSeccomp = { ...seccomp, architectures: ["SCMP_ARCH_X86"] };
  assert.is((await call(named, [["32", 20]])).signal, null);
});

test("all 64 bits of an argument are compared", async () => {
  const rule = (op: "SCMP_CMP_GE" | "SCMP_CMP_EQ", value: number): LinuxSeccomp => ({
    defaultAction: "SCMP_ACT_ALLOW",
    flags: [
      "SECCOMP_FILTER_FLAG_LOG",
      "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
      "SECCOMP_FILTER_FLAG_TSYNC",
    ],
    syscalls: [
      {
        names: ["getpid"],
        action: "SCMP_ACT_ERRNO",
        errnoRet: 71,
        args: [{ index: 5, op, value }],
      },
    ],
  });
  const withLast = (last: number): (string | number)[] => ["64", 39, 0, 0, 0, 0, 0, last];
  const { results } = await call(rule("SCMP_CMP_GE", 2 ** 40 + 5), [
    withLast(2 ** 40 + 4),
    withLast(2 ** 40 + 5),
    withLast(2 ** 41),
    withLast(6),
  ]);
  assert.equal(
    results.map((result) => result === -71),
    [false, true, true, false],
  );
  const equal = await call(rule("SCMP_CMP_EQ", 5), [withLast(5), withLast(2 ** 32 + 5)]);
  assert.equal(
    equal.results.map((result) => result === -71),
    [true, false],
  );
});

if (typeof probe === "string") console.log(`SKIP filters in the kernel: ${probe}`);
else test.run();
