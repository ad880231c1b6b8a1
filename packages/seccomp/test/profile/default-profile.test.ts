import { CAPABILITIES, DEFAULT_CAPABILITIES, type LinuxSeccomp } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Machine, selectArchitectures } from "../../src/architecture.ts";
import { toReturnValue } from "../../src/compile/action.ts";
import { compileFilter } from "../../src/compile/compile-filter.ts";
import { describeDefault } from "../../src/default-seccomp.ts";
import { compileSeccomp, createDefaultSeccomp } from "../../src/index.ts";
import { PRECOMPILED_PROGRAMS } from "../../src/precompiled-programs.ts";
import { ALLOWED_CALLS } from "../../src/profile/allowed-calls.ts";
import { PROFILE_CAPABILITIES } from "../../src/profile/default-profile.ts";
import { findNumber } from "../../src/system-calls/find-numbers.ts";
import { SYSTEM_CALL_NUMBERS } from "../../src/system-calls/numbers.ts";
import { interpret } from "../support/interpret.ts";

const test = suite("the default profile");
const machines: readonly Machine[] = ["x86_64", "aarch64"];
const ALLOW = toReturnValue("SCMP_ACT_ALLOW");
const EPERM = toReturnValue("SCMP_ACT_ERRNO");
const EIO = toReturnValue("SCMP_ACT_ERRNO", 5);
const ENOSYS = toReturnValue("SCMP_ACT_ERRNO", 38);
const names = SYSTEM_CALL_NUMBERS.trim()
  .split("\n")
  .map((line) => line.split(" ")[0] ?? "");

function compile(seccomp: LinuxSeccomp, machine: Machine): Uint8Array {
  return compileFilter({ seccomp, machine, newer: "enosys" }).program;
}

/** The names that a program lets through on every one of the machine's architectures that has them, with arguments that are zero. */
function listAllowed(program: Uint8Array, machine: Machine, seccomp: LinuxSeccomp): string[] {
  const ways = selectArchitectures(machine, seccomp.architectures ?? []);
  return names.filter((name) => {
    const verdicts = ways
      .map((way) => ({ number: findNumber(name, way), architecture: way.audit }))
      .filter(({ number }) => number !== undefined)
      .map((call) => interpret(program, { ...call, number: call.number ?? 0 }).value);
    return verdicts.length > 0 && verdicts.every((value) => value === ALLOW);
  });
}

test("it allows what is listed, and nothing else", () => {
  const seccomp = createDefaultSeccomp({ capabilities: [], machine: "x86_64" });
  const allowed = listAllowed(compile(seccomp, "x86_64"), "x86_64", seccomp);
  const listed = ALLOWED_CALLS.trim().split(/\s+/);
  const conditional = [
    "ioctl",
    "socket",
    "socketpair",
    "personality",
    "clone",
    "arch_prctl",
    "modify_ldt",
  ];
  const expected = [...listed, ...conditional].filter((name) =>
    selectArchitectures("x86_64", ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]).some(
      (way) => findNumber(name, way) !== undefined,
    ),
  );
  assert.equal(allowed, expected.sort());
  for (const name of [
    "mount",
    "unshare",
    "setns",
    "bpf",
    "io_uring_setup",
    "keyctl",
    "userfaultfd",
  ]) {
    assert.not(allowed.includes(name), name);
  }
});

test("each capability opens what it is needed for", () => {
  const opened: Record<string, string> = {
    CAP_BPF: "bpf",
    CAP_DAC_READ_SEARCH: "open_by_handle_at",
    CAP_PERFMON: "perf_event_open",
    CAP_SYSLOG: "syslog",
    CAP_SYS_ADMIN: "mount",
    CAP_SYS_BOOT: "reboot",
    CAP_SYS_CHROOT: "chroot",
    CAP_SYS_MODULE: "init_module",
    CAP_SYS_NICE: "mbind",
    CAP_SYS_PACCT: "acct",
    CAP_SYS_PTRACE: "kcmp",
    CAP_SYS_RAWIO: "iopl",
    CAP_SYS_TIME: "settimeofday",
    CAP_SYS_TTY_CONFIG: "vhangup",
  };
  assert.equal(Object.keys(opened), PROFILE_CAPABILITIES);
  const closed = createDefaultSeccomp({ capabilities: [], machine: "x86_64" });
  const before = listAllowed(compile(closed, "x86_64"), "x86_64", closed);
  for (const capability of CAPABILITIES) {
    const seccomp = createDefaultSeccomp({ capabilities: [capability], machine: "x86_64" });
    const more = listAllowed(compile(seccomp, "x86_64"), "x86_64", seccomp).filter(
      (name) => !before.includes(name),
    );
    const name = opened[capability];
    if (name === undefined) assert.equal(more, [], capability);
    else assert.ok(more.includes(name), `${capability}: ${more}`);
  }
});

test("no namespace by clone, and no clone3, unless with CAP_SYS_ADMIN", () => {
  for (const machine of machines) {
    const [way] = selectArchitectures(machine, []);
    assert.ok(way);
    const decide = (name: string, flags: bigint, capabilities: string[]): number =>
      interpret(compile(createDefaultSeccomp({ capabilities, machine }), machine), {
        number: findNumber(name, way) ?? -1,
        architecture: way.audit,
        args: [flags],
      }).value;
    for (const bit of [17n, 25n, 26n, 27n, 28n, 29n, 30n]) {
      assert.is(decide("clone", 1n << bit, []), EPERM, String(bit));
      assert.is(decide("clone", 1n << bit, ["CAP_SYS_ADMIN"]), ALLOW);
    }
    // What pthread_create(3) asks for.
    assert.is(decide("clone", 0x3d0f00n, []), ALLOW);
    assert.is(decide("clone3", 0n, []), ENOSYS);
    assert.is(decide("clone3", 0n, ["CAP_SYS_ADMIN"]), ALLOW);
  }
});

test("nothing is typed into a terminal, by the 32 bits that the kernel reads", () => {
  const above = 1n << 32n;
  for (const machine of machines) {
    const [way] = selectArchitectures(machine, []);
    assert.ok(way);
    const seccomp = createDefaultSeccomp({ capabilities: CAPABILITIES, machine });
    const program = compile(seccomp, machine);
    const decide = (request: bigint): number =>
      interpret(program, {
        number: findNumber("ioctl", way) ?? -1,
        architecture: way.audit,
        args: [0n, request],
      }).value;
    for (const request of [0x5412n, 0x541cn]) {
      assert.is(decide(request), EIO);
      assert.is(decide(request + above), EIO);
      for (const other of [request - 1n, request + 1n, 0n, 0xffff_ffffn, 0x5413n + above])
        assert.is(decide(other), ALLOW, String(other));
    }
  }
});

test("every address family but AF_ALG and AF_VSOCK, by the 32 bits that the kernel reads", () => {
  for (const machine of machines) {
    const seccomp = createDefaultSeccomp({ capabilities: CAPABILITIES, machine });
    const program = compile(seccomp, machine);
    for (const way of selectArchitectures(machine, seccomp.architectures ?? [])) {
      for (const name of ["socket", "socketpair"]) {
        for (let family = 0; family < 64; family++) {
          for (const high of way.wide ? [0n, 1n, 0xffff_ffffn] : [0n]) {
            const args = [(high << 32n) | BigInt(family)];
            const number = findNumber(name, way) ?? -1;
            const { value } = interpret(program, { number, architecture: way.audit, args });
            assert.is(value, family === 38 || family === 40 ? EPERM : ALLOW, `${name} ${family}`);
          }
        }
      }
    }
  }
});

test("socketcall makes sockets only where it is told to", () => {
  const decide = (socketcall: "open" | "closed", call: bigint): number =>
    interpret(
      compile(createDefaultSeccomp({ capabilities: [], machine: "x86_64", socketcall }), "x86_64"),
      {
        number: 102,
        architecture: 0x40000003,
        args: [call],
      },
    ).value;
  for (let call = 1n; call <= 20n; call++) {
    assert.is(decide("open", call), ALLOW);
    assert.is(decide("closed", call), call === 1n || call === 8n ? EPERM : ALLOW, String(call));
  }
});

test("what was compiled when the package was made is what the compiler makes", async () => {
  for (const machine of machines) {
    for (const capabilities of [DEFAULT_CAPABILITIES, []]) {
      const seccomp = createDefaultSeccomp({ capabilities, machine });
      const compiled = Buffer.from(compile(seccomp, machine)).toString("base64");
      const key = describeDefault({ capabilities, machine });
      assert.is(PRECOMPILED_PROGRAMS[key], compiled, `run scripts/precompile.mjs: ${key}`);
      const { program, flags } = await compileSeccomp(seccomp, { machine });
      assert.equal(Buffer.from(program).toString("base64"), compiled);
      assert.is(flags, 0);
    }
  }
});

test("it is short, and an ordinary call passes few instructions", () => {
  for (const machine of machines) {
    const seccomp = createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES, machine });
    const program = compile(seccomp, machine);
    assert.ok(program.length / 8 < 400, String(program.length / 8));
    for (const way of selectArchitectures(machine, seccomp.architectures ?? [])) {
      for (const name of names) {
        const number = findNumber(name, way);
        if (number === undefined) continue;
        const { steps } = interpret(program, { number, architecture: way.audit });
        assert.ok(steps <= 48, `${name} on ${way.name}: ${steps}`);
      }
    }
  }
});

test("it is shared, so nobody changes it", () => {
  const seccomp = createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES });
  assert.is(createDefaultSeccomp({ capabilities: DEFAULT_CAPABILITIES }), seccomp);
  assert.throws(() => seccomp.syscalls?.push({ names: ["mount"], action: "SCMP_ACT_ALLOW" }));
  assert.throws(() => seccomp.syscalls?.[0]?.names.push("mount"));
  assert.throws(() => {
    seccomp.defaultAction = "SCMP_ACT_ALLOW";
  });
});

test.run();
