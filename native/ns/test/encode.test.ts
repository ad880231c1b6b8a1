import fc from "fast-check";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { encodePlan } from "../src/encode.js";
import { launch, NsError, type Plan, type Step } from "../src/index.js";
import { anyPlan } from "./support/plans.js";

const suite = makeSuite("encode");

const simple: Plan = {
  args: ["/bin/true"],
  env: [],
  namespaces: [],
  stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
  steps: [],
};

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function refusal(changes: Partial<Plan>): NsError {
  try {
    encodePlan({ ...simple, ...changes });
  } catch (error) {
    if (error instanceof NsError && error.code === "INVALID_PLAN") return error;
    throw error;
  }
  throw new Error("the plan was taken");
}

suite("the header says what comes", () => {
  const bytes = encodePlan({
    ...simple,
    namespaces: [{ type: "pid" }, { type: "user" }, { type: "network", path: "/proc/1/ns/net" }],
    umask: 0o027,
    init: true,
    stdio: [{ kind: "null" }, { kind: "inherit", fd: 9 }, { kind: "pipe" }],
  });
  assert.equal(
    [...words(bytes).subarray(0, 16)],
    [0x6e6c7044, 1, bytes.length, 2, 0x30000000, 0, 2 | 4, 0o027, 0, 0, 0, 0, 1, 9, 2, 0],
  );
});

suite("a record is aligned, counted and terminated", () => {
  const bytes = encodePlan({ ...simple, args: ["eight chars!"] });
  const record = Buffer.from(bytes.subarray(64));
  assert.equal(
    [record.readUInt16LE(0), record[2], record[3], record.readUInt32LE(4)],
    [1, 0, 1, 32],
  );
  assert.is(record.readBigUInt64LE(8), 13n);
  assert.is(record.toString("utf8", 16), "eight chars!\0\0\0\0");
});

suite("a user namespace that is entered by a step is one, and entered once", () => {
  const enter: Step = { op: "enter-user-namespace" };
  refusal({ steps: [enter] });
  refusal({
    steps: [enter],
    namespaces: [{ type: "user" }, { type: "user", path: "/proc/1/ns/user" }],
  });
  refusal({ steps: [enter, enter], namespaces: [{ type: "user" }] });
  const bytes = encodePlan({ ...simple, steps: [enter], namespaces: [{ type: "user" }] });
  // Not with memory of its own: nobody has to wait for its maps.
  assert.is(words(bytes)[6], 32);
});

suite("numbers keep all their 64 bits", () => {
  const step: Step = {
    op: "capabilities",
    effective: 0xffff_ffff_ffff_ffffn,
    permitted: 1n << 40n,
    inheritable: 0n,
    ambient: 5n,
  };
  const record = Buffer.from(
    encodePlan({ ...simple, args: ["x"], steps: [step] }).subarray(64 + 24),
  );
  const numbers = [0, 1, 2, 3].map((index) => record.readBigUInt64LE(8 + index * 8));
  assert.equal(numbers, [0xffff_ffff_ffff_ffffn, 1n << 40n, 0n, 5n]);
});

suite("what no kernel could carry out is refused, with the step", () => {
  const steps = (...list: Step[]): Partial<Plan> => ({ steps: list });
  const cases: [Partial<Plan>, RegExp][] = [
    [{ args: [] }, /at least one element/],
    [{ args: ["a\0b"] }, /NUL byte/],
    [{ env: ["A=\0"] }, /NUL byte/],
    [{ umask: 0o1000 }, /umask/],
    [{ umask: -1 }, /umask/],
    [{ stdio: [{ kind: "inherit", fd: -1 }, ...simple.stdio] as never }, /descriptor/],
    [{ stdio: [{ kind: "console" }, { kind: "null" }, { kind: "null" }] }, /console/],
    [steps({ op: "chdir", path: "relative" }), /step 0 \(chdir\): expected an absolute path/],
    [steps({ op: "mask", path: "" }), /absolute/],
    [steps({ op: "move-mount", slot: 256, target: "/" }), /slot/],
    [steps({ op: "move-mount", slot: -1, target: "/" }), /slot/],
    [steps({ op: "mkdir", path: "/a", mode: -1 }), /unsigned/],
    [steps({ op: "uid", uid: 1.5, keepCapabilities: false }), /unsigned/],
    [steps({ op: "gid", gid: Number.NaN }), /unsigned/],
    [steps({ op: "groups", gids: [-1] }), /gid/],
    [steps({ op: "bounding", keep: -1n }), /out of range/],
    [steps({ op: "bounding", keep: 1n << 64n }), /out of range/],
    [steps({ op: "sysctl", name: "net/../kernel/x", value: "1" }), /words/],
    [steps({ op: "sysctl", name: "net..x", value: "1" }), /words/],
    [steps({ op: "hostname", name: "a\0b" }), /NUL byte/],
    [steps({ op: "seccomp", program: new Uint8Array(7) }), /8 bytes/],
    [steps({ op: "seccomp", program: new Uint8Array(0) }), /8 bytes/],
  ];
  for (const [changes, reason] of cases) assert.match(refusal(changes).message, reason);
  const second = refusal(steps({ op: "loopback-up" }, { op: "chdir", path: "x" }));
  assert.is(second.step, 1);
});

suite("the shim takes every plan that the encoder makes", async () => {
  // It gets as far as opening a cgroup that is not there, which comes right after decoding.
  const cgroups = { version: 1, procs: ["/nonexistent/cgroup.procs"] } as const;
  await fc.assert(
    fc.asyncProperty(anyPlan, async (plan) => {
      const namespaces = plan.namespaces.filter(({ path }) => path === undefined);
      const error = await launch({ ...plan, namespaces, cgroups }).catch(
        (reason: NsError) => reason,
      );
      assert.instance(error, NsError);
      assert.match((error as NsError).message, "failed to open cgroup /nonexistent/cgroup.procs");
    }),
    { numRuns: 200 },
  );
});

suite.run();
