import type { LinuxSeccomp, LinuxSyscall } from "@dockher/spec";
import type { Architecture } from "../architecture.js";
import { findNumber } from "../system-calls/find-numbers.js";
import { findMultiplexer } from "../system-calls/multiplexers.js";
import { isPermissive, toReturnValue } from "./action.js";
import { type Condition, isAlwaysMet, toCondition } from "./condition.js";
import { RuleSet } from "./rule.js";

/** The rules of a profile by the system call's number on one architecture, each that it names. What has no number is left out. */
export function collectRules(
  seccomp: LinuxSeccomp,
  architecture: Architecture,
): Map<number, RuleSet> {
  const collected = new Map<number, RuleSet>();
  const defaultValue = toReturnValue(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const add = (number: number, conditions: readonly Condition[], value: number): void => {
    let rules = collected.get(number);
    if (rules === undefined) {
      rules = new RuleSet();
      collected.set(number, rules);
    }
    // As in runc: what is answered so anyway is no rule.
    if (value === defaultValue) return;
    rules.add({ conditions: conditions.filter((condition) => !isAlwaysMet(condition)), value });
  };

  for (const call of seccomp.syscalls ?? []) {
    const value = toReturnValue(call.action, call.errnoRet);
    const alternatives = listAlternatives(call, architecture);
    for (const name of call.names) {
      const way = architecture.multiplexed ? findMultiplexer(name) : undefined;
      const through = way && findNumber(way.multiplexer.name, architecture);
      if (way !== undefined && through !== undefined && reachesMultiplexer(call)) {
        const { mask } = way.multiplexer;
        const isCall = {
          index: 0,
          value: mask,
          valueTwo: way.call,
          op: "SCMP_CMP_MASKED_EQ",
        } as const;
        add(through, [toCondition(isCall, architecture)], value);
      }
      const number = findNumber(name, architecture);
      if (number === undefined) continue;
      for (const conditions of alternatives) add(number, conditions, value);
    }
  }
  return collected;
}

/** One rule, or as many as there are arguments where one argument is asked twice: runc does so. */
function listAlternatives({ args = [] }: LinuxSyscall, architecture: Architecture): Condition[][] {
  const conditions = args
    .map((arg) => toCondition(arg, architecture))
    .sort((a, b) => a.index - b.index);
  const indices = new Set(conditions.map(({ index }) => index));
  return indices.size === conditions.length
    ? [conditions]
    : conditions.map((condition) => [condition]);
}

/**
 * Behind socketcall(2) and ipc(2) the arguments lie in memory, where no filter sees them. So a rule with conditions that lets a
 * call happen does not open the way through them, and one that refuses it closes the way whole.
 */
function reachesMultiplexer({ args = [], action }: LinuxSyscall): boolean {
  return args.length === 0 || !isPermissive(action);
}
