import type { LinuxSeccomp, LinuxSeccompArg, LinuxSyscall } from "@dockher/spec";
import { type Machine, selectArchitectures, X32_BIT } from "../../src/architecture.ts";
import { toReturnValue } from "../../src/compile/action.ts";
import { findNumber } from "../../src/system-calls/find-numbers.ts";
import { findMultiplexer } from "../../src/system-calls/multiplexers.ts";
import type { SystemCall } from "./interpret.ts";

const KILL = 0;

/**
 * What a profile says of a call, read off it rule by rule: the meaning that both compilers aim at. For profiles without
 * contradictions, where no rule with arguments names a call that can be reached through a multiplexer.
 */
export function evaluate(seccomp: LinuxSeccomp, machine: Machine, call: SystemCall): number {
  const otherwise = toReturnValue(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const ways = selectArchitectures(machine, seccomp.architectures ?? []).filter(
    ({ audit }) => audit === call.architecture,
  );
  const isX32 = call.number >= X32_BIT && call.number !== 2 ** 32 - 1 && machine === "x86_64";
  const [first] = ways;
  if (first === undefined) return KILL;
  const isX86_64 = first.name === "x86_64";
  const way = isX86_64 && isX32 ? ways.find(({ name }) => name === "x32") : first;
  if (way === undefined) return KILL;

  const fitting = (seccomp.syscalls ?? [])
    .filter((rule) => toReturnValue(rule.action, rule.errnoRet) !== otherwise)
    .flatMap((rule) => rule.names.flatMap((name) => expand(rule, name)));
  const meets = (args: readonly LinuxSeccompArg[]): boolean =>
    args.every((arg) => isMet(arg, call.args?.[arg.index] ?? 0n, way.wide));
  const named = fitting.filter(({ name }) => findNumber(name, way) === call.number);
  const through = way.multiplexed
    ? fitting.filter(({ name }) => {
        const found = findMultiplexer(name);
        return (
          found !== undefined &&
          findNumber(found.multiplexer.name, way) === call.number &&
          Number((call.args?.[0] ?? 0n) & BigInt(found.multiplexer.mask)) === found.call
        );
      })
    : [];
  const unconditional = named.find(({ args }) => args.every((arg) => isAlways(arg, way.wide)));
  const met = unconditional ?? [...named, ...through].find(({ args }) => meets(args));
  return met === undefined ? otherwise : met.value;
}

interface Expanded {
  name: string;
  value: number;
  args: readonly LinuxSeccompArg[];
}

function expand({ action, errnoRet, args = [] }: LinuxSyscall, name: string): Expanded[] {
  const value = toReturnValue(action, errnoRet);
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  return isRepeated ? args.map((arg) => ({ name, value, args: [arg] })) : [{ name, value, args }];
}

function isAlways({ op, value }: LinuxSeccompArg, wide: boolean): boolean {
  return op === "SCMP_CMP_MASKED_EQ" && cut(BigInt(value), wide) === 0n;
}

function cut(value: bigint, wide: boolean): bigint {
  return BigInt.asUintN(wide ? 64 : 32, value);
}

function isMet({ op, value, valueTwo = 0 }: LinuxSeccompArg, arg: bigint, wide: boolean): boolean {
  const [seen, one, two] = [arg, BigInt(value), BigInt(valueTwo)].map((each) =>
    cut(each, wide),
  ) as [bigint, bigint, bigint];
  switch (op) {
    case "SCMP_CMP_NE":
      return seen !== one;
    case "SCMP_CMP_LT":
      return seen < one;
    case "SCMP_CMP_LE":
      return seen <= one;
    case "SCMP_CMP_EQ":
      return seen === one;
    case "SCMP_CMP_GE":
      return seen >= one;
    case "SCMP_CMP_GT":
      return seen > one;
    case "SCMP_CMP_MASKED_EQ":
      return (seen & one) === (two & one);
  }
}
