import { FunctionFailure, refuseTemplate } from "./failure.js";
import type { FunctionTable } from "./function.js";
import type { Branch, Command, Node, Operand, Pipeline, Written } from "./node.js";
import { formatValue, isTrue, kindOf, listFields, sortEntries } from "./value.js";

export interface ExecuteOptions {
  /** The template's text, for errors. */
  template: string;
  functions: FunctionTable;
}

/** How a list of nodes ended: a loop goes on or ends. */
type Flow = "next" | "break" | "continue";

type Method = (...args: unknown[]) => unknown;

/** What is piped into a command; empty for the first one. */
type Piped = readonly [] | readonly [value: unknown];

/**
 * Fills a parsed template with data.
 * @throws UsageError `INVALID_FORMAT`
 */
export function executeTemplate(
  nodes: readonly Node[],
  data: unknown,
  options: ExecuteOptions,
): string {
  return new Execution(data, options).run(nodes);
}

class Execution {
  readonly #template: string;
  readonly #functions: FunctionTable;
  readonly #variables: { name: string; value: unknown }[];
  readonly #output: string[] = [];

  constructor(data: unknown, { template, functions }: ExecuteOptions) {
    this.#template = template;
    this.#functions = functions;
    this.#variables = [{ name: "$", value: data }];
  }

  run(nodes: readonly Node[]): string {
    this.#walk(nodes, this.#variables[0]?.value);
    return this.#output.join("");
  }

  #walk(nodes: readonly Node[], dot: unknown): Flow {
    const scope = this.#variables.length;
    let flow: Flow = "next";
    for (const node of nodes) {
      flow = this.#walkNode(node, dot);
      if (flow !== "next") break;
    }
    this.#variables.length = scope;
    return flow;
  }

  #walkNode(node: Node, dot: unknown): Flow {
    switch (node.kind) {
      case "text":
        this.#output.push(node.text);
        return "next";
      case "print": {
        const value = this.#evaluatePipeline(node.pipeline, dot);
        if (node.pipeline.variables.length > 0) return "next";
        if (typeof value === "function") {
          throw this.#refuse(`can't print ${node.pipeline.text}`, node.pipeline);
        }
        this.#output.push(value === undefined ? "<no value>" : formatValue(value));
        return "next";
      }
      case "break":
      case "continue":
        return node.kind;
      default:
        return this.#walkBranch(node, dot);
    }
  }

  #walkBranch(node: Branch, dot: unknown): Flow {
    const scope = this.#variables.length;
    const value = this.#evaluatePipeline(node.pipeline, dot);
    let flow: Flow;
    if (node.kind === "range") flow = this.#walkRange(node, value, dot);
    else if (isTrue(value)) flow = this.#walk(node.body, node.kind === "with" ? value : dot);
    else flow = this.#walk(node.otherwise, dot);
    this.#variables.length = scope;
    return flow;
  }

  #walkRange(node: Branch, value: unknown, dot: unknown): Flow {
    const entries = this.#listEntries(value, node.pipeline);
    if (entries.length === 0) return this.#walk(node.otherwise, dot);
    for (const [key, entry] of entries) {
      const { variables } = node.pipeline;
      // One variable is the element; of two the first is the index or key.
      if (variables.length === 2) this.#assign(variables[0], key);
      const element = entry ?? undefined;
      this.#assign(variables.at(-1), element);
      if (this.#walk(node.body, element) === "break") break;
    }
    return "next";
  }

  #listEntries(value: unknown, at: Written): [key: unknown, value: unknown][] {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return [...value.entries()];
    if (value instanceof Map) return sortEntries(value);
    throw this.#refuse(`range can't iterate over ${formatValue(value)}`, at);
  }

  #evaluatePipeline(pipeline: Pipeline, dot: unknown): unknown {
    let piped: Piped = [];
    for (const command of pipeline.commands) {
      piped = [this.#evaluateCommand(command, dot, piped)];
    }
    for (const name of pipeline.variables) {
      if (pipeline.assigns) this.#assign(name, piped[0]);
      else this.#variables.push({ name, value: piped[0] });
    }
    return piped[0];
  }

  #assign(name: string | undefined, value: unknown): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable !== undefined) variable.value = value;
  }

  #evaluateCommand(command: Command, dot: unknown, piped: Piped): unknown {
    const [head, ...rest] = command.operands;
    if (head.kind === "function")
      return this.#callFunction({ name: head.name, at: command }, rest, dot, piped);
    if (head.kind === "chain") return this.#evaluateChain(head, dot, { operands: rest, piped });
    if (rest.length > 0 || piped.length > 0) {
      throw this.#refuse(`can't give argument to non-function ${head.text}`, head);
    }
    if (head.kind === "nil") throw this.#refuse("nil is not a command", head);
    return this.#evaluateOperand(head, dot);
  }

  #evaluateOperand(operand: Operand, dot: unknown): unknown {
    switch (operand.kind) {
      case "dot":
        return dot;
      case "nil":
        return null;
      case "literal":
        return operand.value;
      case "variable":
        return this.#variables.findLast(({ name }) => name === operand.name)?.value;
      case "pipeline":
        return this.#evaluateInner(operand.pipeline, dot);
      case "function":
        return this.#callFunction({ name: operand.name, at: operand }, [], dot, []);
      case "chain":
        return this.#evaluateChain(operand, dot, { operands: [], piped: [] });
    }
  }

  /** In parentheses, whose variables end with them. */
  #evaluateInner(pipeline: Pipeline, dot: unknown): unknown {
    const scope = this.#variables.length;
    const value = this.#evaluatePipeline(pipeline, dot);
    this.#variables.length = scope;
    return value;
  }

  #evaluateChain(
    chain: Operand & { kind: "chain" },
    dot: unknown,
    { operands, piped }: { operands: readonly Operand[]; piped: Piped },
  ): unknown {
    let value = this.#evaluateOperand(chain.base, dot);
    for (const [index, { name, offset }] of chain.fields.entries()) {
      const at = { offset, text: chain.text };
      const found = this.#readField(value, name, at);
      const isLast = index === chain.fields.length - 1;
      const given = isLast ? operands : [];
      if (typeof found === "function") {
        const values = given.map((operand) => this.#evaluateOperand(operand, dot));
        const args = [...values, ...(isLast ? piped : [])];
        value = this.#callMethod(found as Method, args, { name, at });
      } else if (isLast && operands.length + piped.length > 0) {
        throw this.#refuse(`${name} is not a method but has arguments`, at);
      } else {
        value = found;
      }
    }
    return value;
  }

  #readField(value: unknown, name: string, at: Written): unknown {
    const kind = kindOf(value);
    if (value === undefined) return undefined;
    if (value instanceof Map) return value.get(name) ?? undefined;
    if (kind === "nil") throw this.#refuse(`nil pointer evaluating ${name}`, at);
    if (kind !== "struct") throw this.#refuse(`can't evaluate field ${name} in type ${kind}`, at);
    const struct = value as Readonly<Record<string, unknown>>;
    if (Object.hasOwn(struct, name)) return struct[name] ?? null;
    const fields = listFields(struct).map(([field]) => `.${field}`);
    const hint = `fields: ${fields.join(" ")}`;
    throw this.#refuse(`can't evaluate field ${name}`, at, hint);
  }

  #callFunction(
    { name, at }: { name: string; at: Written },
    operands: readonly Operand[],
    dot: unknown,
    piped: Piped,
  ): unknown {
    const called = this.#functions[name];
    if (called === undefined) throw new TypeError(`the parser let ${name} pass`);
    const [least, most] = called.arity;
    const count = operands.length + piped.length;
    if (count < least || count > most) {
      const want = least === most ? String(least) : `at least ${least}`;
      throw this.#refuse(`wrong number of args for ${name}: want ${want} got ${count}`, at);
    }
    if (called.stopsAt === undefined) {
      const values = operands.map((operand) => this.#evaluateOperand(operand, dot));
      return this.#guard(name, at, () => called.call(...values, ...piped));
    }
    let value: unknown = piped[0];
    for (const operand of operands) {
      value = this.#evaluateOperand(operand, dot);
      if (called.stopsAt(value)) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #callMethod(
    method: Method,
    args: readonly unknown[],
    { name, at }: { name: string; at: Written },
  ): unknown {
    if (args.length !== method.length) {
      throw this.#refuse(
        `wrong number of args for ${name}: want ${method.length} got ${args.length}`,
        at,
      );
    }
    return this.#guard(name, at, () => method(...args));
  }

  /** Says where a function or method failed. */
  #guard(name: string, at: Written, call: () => unknown): unknown {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof FunctionFailure)) throw error;
      throw this.#refuse(`error calling ${name}: ${error.message}`, at);
    }
  }

  #refuse(reason: string, { offset, text }: Written, hint?: string) {
    const template = this.#template;
    return refuseTemplate({ template, offset, reason: `executing <${text}>: ${reason}`, hint });
  }
}
