import type { Node, NodeFactory } from "./node.js";
import type { Interval } from "./number-space.js";

/** More numbers than this in one interval are none that programs call. */
const MOST_CALLS = 64;

/** A binary search over the number in the accumulator; wide intervals lie near its root. */
export function buildSearchTree(nodes: NodeFactory, intervals: readonly Interval[]): Node {
  const [first, second, third] = intervals;
  if (first === undefined) throw new RangeError("intervals: expected one or more");
  if (second === undefined) return first.node;
  if (third !== undefined && intervals.length === 3) {
    // A single number in the midst of others takes one comparison less.
    const isSingle = third.start === second.start + 1 && first.node === third.node;
    if (isSingle) {
      return nodes.jump({
        test: "equal",
        constant: second.start,
        yes: second.node,
        no: first.node,
      });
    }
  }
  const middle = findMiddle(intervals);
  return nodes.jump({
    test: "greater-or-equal",
    constant: intervals[middle]?.start ?? 0,
    yes: buildSearchTree(nodes, intervals.slice(middle)),
    no: buildSearchTree(nodes, intervals.slice(0, middle)),
  });
}

/** The border that has about as many numbers on either side. */
function findMiddle(intervals: readonly Interval[]): number {
  const weights = intervals.map(({ start }, index) => {
    const end = intervals[index + 1]?.start ?? 2 ** 32;
    return Math.min(end - start, MOST_CALLS) + 1;
  });
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let below = 0;
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < intervals.length; index++) {
    below += weights[index - 1] ?? 0;
    const distance = Math.abs(half - below);
    if (distance < least) {
      least = distance;
      best = index;
    }
  }
  return best;
}
