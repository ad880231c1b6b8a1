import type { LinuxSeccomp } from "@dockher/spec";
import { type Architecture, X32_BIT } from "../architecture.js";
import { ERRNO_ENOSYS, isPermissive, KILL_THREAD, toReturnValue } from "./action.js";
import { collectRules } from "./collect-rules.js";
import type { Node, NodeFactory } from "./node.js";

/** System calls from a number on, up to the next interval, that are decided alike. */
export interface Interval {
  start: number;
  node: Node;
}

/** What is answered to numbers that are beyond all calls that the profile names. */
export type Newer = "enosys" | "default-action";

export interface NumberSpaceOptions {
  seccomp: LinuxSeccomp;
  /** Those that have this space in common. */
  architectures: readonly Architecture[];
  newer: Newer;
}

/** Cuts all numbers, from 0 to 2^32, into intervals. */
export function divideNumbers(nodes: NodeFactory, options: NumberSpaceOptions): Interval[] {
  const { seccomp, architectures } = options;
  const otherwise = nodes.return(toReturnValue(seccomp.defaultAction, seccomp.defaultErrnoRet));
  const division = new Division(otherwise);
  for (const architecture of architectures) {
    const rules = collectRules(seccomp, architecture);
    const known = [...rules.keys()].filter((number) => number < architecture.end);
    if (options.newer === "enosys" && hidesNewer(seccomp) && known.length > 0) {
      division.set(Math.max(...known) + 1, architecture.end, nodes.return(ERRNO_ENOSYS));
    }
    for (const [number, set] of rules) {
      division.set(number, number + 1, set.toNode(nodes, otherwise));
    }
  }
  if (architectures.length === 1 && architectures[0]?.name === "x86_64") {
    // x32 has the same architecture token. -1 is not a call: a tracer skips one by it (seccomp(2)).
    division.set(X32_BIT, 2 ** 32 - 1, nodes.return(KILL_THREAD));
  }
  return division.list();
}

/** Whether a libc that asks for a call of a newer kernel would take the answer for a refusal, and not fall back. */
function hidesNewer({ defaultAction }: LinuxSeccomp): boolean {
  return !isPermissive(defaultAction);
}

class Division {
  readonly #starts = new Map<number, Node>();
  readonly #otherwise: Node;

  constructor(otherwise: Node) {
    this.#otherwise = otherwise;
    this.#starts.set(0, otherwise);
  }

  /** From `start` up to and without `end`. Later calls go over earlier ones. */
  set(start: number, end: number, node: Node): void {
    if (end < 2 ** 32 && !this.#starts.has(end)) this.#starts.set(end, this.#otherwise);
    this.#starts.set(start, node);
  }

  /** Without the borders between what is decided alike. */
  list(): Interval[] {
    const sorted = [...this.#starts].sort(([a], [b]) => a - b);
    return sorted
      .filter(([, node], index) => index === 0 || node !== sorted[index - 1]?.[1])
      .map(([start, node]) => ({ start, node }));
  }
}
