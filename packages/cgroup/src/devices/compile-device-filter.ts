import type { LinuxDeviceCgroup } from "@dockher/spec";

/** include/uapi/linux/bpf.h: BPF_DEVCG_DEV_* and BPF_DEVCG_ACC_*. */
const TYPES = { b: 1, c: 2 } as const;
const ACCESSES = { m: 1, r: 2, w: 4 } as const;
const ALL_ACCESSES = 7;

/** The operations of include/uapi/linux/bpf_common.h that are needed, with their class and source. */
const OP = {
  LOAD_WORD: 0x61,
  MOVE_REGISTER: 0xbc,
  MOVE: 0xb4,
  AND: 0x54,
  SHIFT_RIGHT: 0x74,
  JUMP_EQUAL: 0x15,
  JUMP_UNEQUAL: 0x55,
  EXIT: 0x95,
} as const;

/** Registers: r1 is the context, and scratch once it has been read. */
const RESULT = 0;
const SCRATCH = 1;
const TYPE = 2;
const ACCESS = 3;
const MAJOR = 4;
const MINOR = 5;

interface Instruction {
  op: number;
  destination?: number;
  source?: number;
  offset?: number;
  immediate?: number;
}

/**
 * Compiles device rules into a program of type BPF_PROG_TYPE_CGROUP_DEVICE, which is how cgroup v2 filters devices:
 * Documentation/admin-guide/cgroup-v2.rst, "Device controller". As on v1 the last rule that fits decides. A rule that allows fits
 * where it covers all that is asked for, one that denies where it covers any of it. What no rule fits is denied.
 */
export function compileDeviceFilter(rules: readonly LinuxDeviceCgroup[]): Uint8Array {
  const program: Instruction[] = [
    { op: OP.LOAD_WORD, destination: TYPE, source: 1, offset: 0 },
    { op: OP.MOVE_REGISTER, destination: ACCESS, source: TYPE },
    { op: OP.AND, destination: TYPE, immediate: 0xffff },
    { op: OP.SHIFT_RIGHT, destination: ACCESS, immediate: 16 },
    { op: OP.LOAD_WORD, destination: MAJOR, source: 1, offset: 4 },
    { op: OP.LOAD_WORD, destination: MINOR, source: 1, offset: 8 },
  ];
  for (const rule of rules.toReversed()) {
    const tests = compileTests(rule);
    program.push(...tests, ...decide(rule.allow));
    // The verifier refuses what can never be reached.
    if (tests.length === 0) return encode(program);
  }
  program.push(...decide(false));
  return encode(program);
}

/** The jumps over the rule's decision, one for each thing that it asks for. */
function compileTests(rule: LinuxDeviceCgroup): Instruction[] {
  const tests: Instruction[] = [];
  if (rule.type === "b" || rule.type === "c") {
    tests.push({ op: OP.JUMP_UNEQUAL, destination: TYPE, immediate: TYPES[rule.type] });
  }
  const access = toMask(rule.access ?? "rwm");
  if (access !== ALL_ACCESSES) {
    tests.push(
      { op: OP.MOVE_REGISTER, destination: SCRATCH, source: ACCESS },
      {
        op: OP.AND,
        destination: SCRATCH,
        immediate: rule.allow ? ALL_ACCESSES & ~access : access,
      },
      {
        op: rule.allow ? OP.JUMP_UNEQUAL : OP.JUMP_EQUAL,
        destination: SCRATCH,
        immediate: 0,
      },
    );
  }
  if (isNumber(rule.major)) {
    tests.push({ op: OP.JUMP_UNEQUAL, destination: MAJOR, immediate: rule.major });
  }
  if (isNumber(rule.minor)) {
    tests.push({ op: OP.JUMP_UNEQUAL, destination: MINOR, immediate: rule.minor });
  }
  // Past the rest of the tests and the two instructions of the decision.
  return tests.map((test, index) =>
    test.op === OP.JUMP_EQUAL || test.op === OP.JUMP_UNEQUAL
      ? { ...test, offset: tests.length - index - 1 + 2 }
      : test,
  );
}

/** In the OCI specification a missing number is any, and so is -1 in the bundles of others. */
function isNumber(value: number | undefined): value is number {
  return value !== undefined && value >= 0;
}

function decide(allow: boolean): Instruction[] {
  return [{ op: OP.MOVE, destination: RESULT, immediate: allow ? 1 : 0 }, { op: OP.EXIT }];
}

function toMask(access: string): number {
  return [...access].reduce((mask, letter) => mask | ACCESSES[letter as keyof typeof ACCESSES], 0);
}

/** struct bpf_insn: u8 code, u8 registers, s16 offset, s32 immediate, little-endian on both architectures. */
function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(({ op, destination = 0, source = 0, offset = 0, immediate = 0 }, index) => {
    bytes.setUint8(index * 8, op);
    bytes.setUint8(index * 8 + 1, destination | (source << 4));
    bytes.setInt16(index * 8 + 2, offset, true);
    bytes.setInt32(index * 8 + 4, immediate, true);
  });
  return new Uint8Array(bytes.buffer);
}
