import type { LinuxSeccompArg, SeccompOperator } from "@dockher/spec";
import type { JumpTest, Node, NodeFactory } from "./node.js";

/** What a rule asks of one argument, in two words as BPF sees it. */
export interface Condition {
  index: number;
  op: SeccompOperator;
  mask: Words;
  value: Words;
}

interface Words {
  low: number;
  /** Undefined where only the low word exists. */
  high: number | undefined;
}

/** struct seccomp_data of linux/seccomp.h, little-endian: the arguments. */
const ARGUMENTS = 16;

/** @param wide whether the kernel reads all 64 bits; if not, the high bits of the rule are cut off, as in libseccomp. */
export function toCondition(arg: LinuxSeccompArg, { wide }: { wide: boolean }): Condition {
  const all = 2n ** 64n - 1n;
  const [mask, value] =
    arg.op === "SCMP_CMP_MASKED_EQ"
      ? [BigInt(arg.value), BigInt(arg.valueTwo ?? 0)]
      : [all, BigInt(arg.value)];
  const split = (number: bigint): Words => ({
    low: Number(number & 0xffff_ffffn),
    high: wide ? Number(number >> 32n) : undefined,
  });
  return { index: arg.index, op: arg.op, mask: split(mask), value: split(value & mask) };
}

/** Whether every value meets it. */
export function isAlwaysMet({ op, mask }: Condition): boolean {
  return op === "SCMP_CMP_MASKED_EQ" && mask.low === 0 && (mask.high ?? 0) === 0;
}

export interface Branches {
  yes: Node;
  no: Node;
}

/** The decision between two nodes by a condition. */
export function decide(nodes: NodeFactory, condition: Condition, branches: Branches): Node {
  const { yes, no } = branches;
  switch (condition.op) {
    case "SCMP_CMP_EQ":
    case "SCMP_CMP_MASKED_EQ":
      return testEqual(nodes, condition, { yes, no });
    case "SCMP_CMP_NE":
      return testEqual(nodes, condition, { yes: no, no: yes });
    case "SCMP_CMP_GT":
      return testOrder(nodes, condition, { test: "greater", yes, no });
    case "SCMP_CMP_LE":
      return testOrder(nodes, condition, { test: "greater", yes: no, no: yes });
    case "SCMP_CMP_GE":
      return testOrder(nodes, condition, { test: "greater-or-equal", yes, no });
    case "SCMP_CMP_LT":
      return testOrder(nodes, condition, { test: "greater-or-equal", yes: no, no: yes });
  }
}

function testEqual(
  nodes: NodeFactory,
  { index, mask, value }: Condition,
  { yes, no }: Branches,
): Node {
  const testWord = (offset: number, word: "low" | "high", next: Node): Node => {
    const bits = mask[word];
    const constant = value[word];
    if (bits === undefined || constant === undefined || bits === 0) return next;
    return constant === 0 && bits !== 0xffff_ffff
      ? nodes.test({ offset, test: "bits", constant: bits, yes: no, no: next })
      : nodes.test({ offset, mask: bits, test: "equal", constant, yes: next, no });
  };
  return testWord(highOffset(index), "high", testWord(lowOffset(index), "low", yes));
}

function testOrder(
  nodes: NodeFactory,
  { index, value }: Condition,
  { test, yes, no }: Branches & { test: JumpTest },
): Node {
  const low = nodes.test({ offset: lowOffset(index), test, constant: value.low, yes, no });
  if (value.high === undefined) return low;
  const high = { offset: highOffset(index), constant: value.high };
  const equal = nodes.test({ ...high, test: "equal", yes: low, no });
  return nodes.test({ ...high, test: "greater", yes, no: equal });
}

function lowOffset(index: number): number {
  return ARGUMENTS + index * 8;
}

function highOffset(index: number): number {
  return lowOffset(index) + 4;
}
