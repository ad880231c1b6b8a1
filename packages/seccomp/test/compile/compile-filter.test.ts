import type { LinuxSeccomp, LinuxSyscall } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Machine } from "../../src/architecture.ts";
import { toReturnValue } from "../../src/compile/action.ts";
import { compileFilter } from "../../src/compile/compile-filter.ts";
import { assertThrows } from "../support/assert-throws.ts";
import { interpret } from "../support/interpret.ts";

const test = suite("compileFilter");
const ALLOW = toReturnValue("SCMP_ACT_ALLOW");
const EPERM = toReturnValue("SCMP_ACT_ERRNO");
const ENOSYS = toReturnValue("SCMP_ACT_ERRNO", 38);
const X86_64 = 0xc000003e;
const X86 = 0x40000003;
const AARCH64 = 0xc00000b7;
const ARM = 0x40000028;

function decide(
  seccomp: Partial<LinuxSeccomp>,
  call: { number: number; architecture?: number; args?: bigint[] },
  machine: Machine = "x86_64",
): number {
  const { program } = compileFilter({
    seccomp: { defaultAction: "SCMP_ACT_ERRNO", ...seccomp },
    machine,
    newer: "enosys",
  });
  return interpret(program, { architecture: machine === "x86_64" ? X86_64 : AARCH64, ...call })
    .value;
}

function allow(names: string[], args?: LinuxSyscall["args"]): LinuxSyscall {
  return { names, action: "SCMP_ACT_ALLOW", ...(args === undefined ? {} : { args }) };
}

test("numbers beyond those that are named are those of newer kernels", () => {
  const syscalls = [allow(["read", "openat"])];
  assert.is(decide({ syscalls }, { number: 257 }), ALLOW);
  assert.is(decide({ syscalls }, { number: 256 }), EPERM);
  assert.is(decide({ syscalls }, { number: 258 }), ENOSYS);
  assert.is(decide({ syscalls }, { number: 0x3fff_ffff }), ENOSYS);
});

test("a rule that refuses makes a number known as well", () => {
  const refused: LinuxSyscall = { names: ["clone3"], action: "SCMP_ACT_ERRNO" };
  assert.is(decide({ syscalls: [allow(["read"]), refused] }, { number: 435 }), EPERM);
  assert.is(decide({ syscalls: [allow(["read"]), refused] }, { number: 436 }), ENOSYS);
});

test("not where what is not named is let through, or nothing is named", () => {
  const defaultAction = "SCMP_ACT_LOG";
  const syscalls = [allow(["read"])];
  assert.is(decide({ defaultAction, syscalls }, { number: 500 }), toReturnValue(defaultAction));
  assert.is(decide({}, { number: 500 }), EPERM);
});

test("ARM's private calls are none of a newer kernel", () => {
  const seccomp: Partial<LinuxSeccomp> = {
    architectures: ["SCMP_ARCH_ARM"],
    syscalls: [allow(["read", "set_tls"])],
  };
  const decideArm = (number: number): number =>
    decide(seccomp, { number, architecture: ARM }, "aarch64");
  assert.is(decideArm(3), ALLOW);
  assert.is(decideArm(0x0f_0005), ALLOW);
  assert.is(decideArm(0x0f_0001), EPERM);
  assert.is(decideArm(400), ENOSYS);
});

test("another architecture ends the program", () => {
  const syscalls = [allow(["read"])];
  assert.is(decide({ syscalls }, { number: 3, architecture: X86 }), 0);
  assert.is(decide({ syscalls }, { number: 0x4000_0000 }), 0);
  const architectures = ["SCMP_ARCH_X86" as const, "SCMP_ARCH_MIPS" as const];
  assert.is(decide({ syscalls, architectures }, { number: 3, architecture: X86 }), ALLOW);
});

test("x32 is compared in all 64 bits, because the kernel reads them", () => {
  const architectures = ["SCMP_ARCH_X32" as const];
  const syscalls = [allow(["read"], [{ index: 0, value: 5, op: "SCMP_CMP_EQ" }])];
  const number = 0x4000_0000;
  assert.is(decide({ architectures, syscalls }, { number, args: [5n] }), ALLOW);
  assert.is(decide({ architectures, syscalls }, { number, args: [2n ** 32n + 5n] }), EPERM);
});

test("an argument that is asked for twice may be either, as in runc", () => {
  const syscalls = [
    allow(
      ["read"],
      [
        { index: 0, value: 1, op: "SCMP_CMP_EQ" },
        { index: 0, value: 2, op: "SCMP_CMP_EQ" },
      ],
    ),
  ];
  const values = [0n, 1n, 2n].map((value) => decide({ syscalls }, { number: 0, args: [value] }));
  assert.equal(values, [EPERM, ALLOW, ALLOW]);
});

test("behind a multiplexer, what asks for arguments refuses more and lets through less", () => {
  const socketcall = (
    syscalls: LinuxSyscall[],
    call: bigint,
    extra: Partial<LinuxSeccomp> = {},
  ): number =>
    decide(
      { architectures: ["SCMP_ARCH_X86"], syscalls, ...extra },
      { number: 102, architecture: X86, args: [call, 0x1000n] },
    );
  assert.is(socketcall([allow(["bind"])], 2n), ALLOW);
  assert.is(socketcall([allow(["bind"])], 3n), EPERM);
  const family = { index: 0, value: 40, op: "SCMP_CMP_EQ" } as const;
  assert.is(socketcall([allow(["socket"], [family])], 1n), EPERM);
  const refuse: LinuxSyscall = { names: ["socket"], action: "SCMP_ACT_ERRNO", args: [family] };
  const defaultAction = "SCMP_ACT_ALLOW";
  assert.is(socketcall([refuse], 1n, { defaultAction }), EPERM);
  assert.is(socketcall([refuse], 2n, { defaultAction }), ALLOW);
});

test("the version above ipc's call does not hide it", () => {
  const semop: LinuxSyscall = { names: ["semop"], action: "SCMP_ACT_ERRNO" };
  const ipc = (call: bigint): number =>
    decide(
      { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86"], syscalls: [semop] },
      { number: 117, architecture: X86, args: [call] },
    );
  assert.equal([1n, 0x1_0001n, 2n].map(ipc), [EPERM, EPERM, ALLOW]);
});

test("jumps reach across programs of any length that the kernel takes", () => {
  const names = ["read", "write", "open", "close", "stat", "fstat", "lstat", "poll"];
  const syscalls = names.map(
    (name, position): LinuxSyscall => ({
      names: [name],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 100 + position,
      args: [{ index: 3, value: 7, op: "SCMP_CMP_EQ" }],
    }),
  );
  // Different ones for each, so that nothing is shared.
  for (const [position, name] of names.entries()) {
    for (let value = position; value < 800; value += names.length) {
      syscalls.push(allow([name], [{ index: 0, value, op: "SCMP_CMP_EQ" }]));
    }
  }
  const seccomp: LinuxSeccomp = { defaultAction: "SCMP_ACT_TRAP", syscalls };
  const { program } = compileFilter({ seccomp, machine: "x86_64", newer: "enosys" });
  assert.ok(program.length / 8 > 1000 && program.length / 8 <= 4096, String(program.length / 8));
  for (const [number] of names.entries()) {
    const run = (...args: bigint[]): number =>
      interpret(program, { number, architecture: X86_64, args }).value;
    assert.is(run(9n, 0n, 0n, 7n), toReturnValue("SCMP_ACT_ERRNO", 100 + number));
    assert.is(run(BigInt(99 * names.length + number)), ALLOW);
    assert.is(run(BigInt(99 * names.length + number + 1)), toReturnValue("SCMP_ACT_TRAP"));
  }
});

test("a program that the kernel would not take is refused", () => {
  const syscalls = Array.from({ length: 3000 }, (_, value) =>
    allow(["read"], [{ index: 0, value, op: "SCMP_CMP_EQ" }]),
  );
  const error = assertThrows(
    () =>
      compileFilter({
        seccomp: { defaultAction: "SCMP_ACT_KILL", syscalls },
        machine: "x86_64",
        newer: "enosys",
      }),
    "SECCOMP_PROGRAM_TOO_LONG",
  );
  assert.match(error.message, /^failed to compile the seccomp profile: it takes \d+ instructions/);
});

test("flags are the kernel's", () => {
  const flags = (names: LinuxSeccomp["flags"]): number =>
    compileFilter({
      seccomp: { defaultAction: "SCMP_ACT_ALLOW", flags: names ?? [] },
      machine: "x86_64",
      newer: "enosys",
    }).flags;
  assert.is(flags([]), 0);
  assert.is(flags(["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]), 5);
  assert.is(flags(["SECCOMP_FILTER_FLAG_LOG"]), 2);
});

test.run();
