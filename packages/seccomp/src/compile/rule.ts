import { type Condition, decide } from "./condition.js";
import type { Node, NodeFactory } from "./node.js";

/** What is returned where all conditions are met. */
export interface Rule {
  conditions: readonly Condition[];
  value: number;
}

/**
 * The rules for one system call, as libseccomp keeps them: one without conditions does away with those before it, and none after
 * it counts.
 */
export class RuleSet {
  #rules: Rule[] = [];

  add(rule: Rule): void {
    if (this.#rules[0]?.conditions.length === 0) return;
    if (rule.conditions.length === 0) this.#rules = [rule];
    else this.#rules.push(rule);
  }

  /** The decision by these rules, the first that is met; `otherwise` where none is. */
  toNode(nodes: NodeFactory, otherwise: Node): Node {
    const isUnanimous = new Set(this.#rules.map(({ value }) => value)).size <= 1;
    // Where the order means nothing, who wrote the profile may know what is asked for most.
    const rules = isUnanimous ? this.#rules : this.#rules.toSorted(compareRules);
    return rules.reduceRight((next, { conditions, value }) => {
      return conditions.reduceRight(
        (yes, condition) => decide(nodes, condition, { yes, no: next }),
        nodes.return(value),
      );
    }, otherwise);
  }
}

/** The rank of an operator: where two rules are met, an exact value counts before a limit. */
const RANKS = {
  SCMP_CMP_EQ: 3,
  SCMP_CMP_NE: 3,
  SCMP_CMP_MASKED_EQ: 3,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 2,
  SCMP_CMP_GT: 1,
  SCMP_CMP_GE: 1,
} as const;

/** libseccomp's order: late arguments, exact values, and narrow limits come first (`_db_chain_lt` in its db.c). */
function compareRules(a: Rule, b: Rule): number {
  for (const [position, one] of a.conditions.entries()) {
    const other = b.conditions[position];
    if (other === undefined) return -1;
    const order = compareConditions(one, other);
    if (order !== 0) return order;
  }
  return a.conditions.length < b.conditions.length ? 1 : 0;
}

function compareConditions(a: Condition, b: Condition): number {
  if (a.index !== b.index) return b.index - a.index;
  if (RANKS[a.op] !== RANKS[b.op]) return RANKS[b.op] - RANKS[a.op];
  const order = (b.value.high ?? 0) - (a.value.high ?? 0) || b.value.low - a.value.low;
  return RANKS[a.op] === RANKS.SCMP_CMP_LT ? -order : order;
}
