import { refuseTemplate } from "./failure.js";
import type { Command, Field, Operand, Pipeline } from "./node.js";
import type { Token } from "./token.js";

/** Deeper parentheses are a mistake, and would exhaust the stack. */
const DEEPEST = 100;

/** Reads pipelines off a list of tokens, and knows which variables are there. */
export class PipelineParser {
  readonly #template: string;
  readonly #tokens: readonly Token[];
  readonly #functions: ReadonlySet<string>;
  readonly #variables: string[] = ["$"];
  #at = 0;
  #depth = 0;

  constructor(template: string, tokens: readonly Token[], functions: ReadonlySet<string>) {
    this.#template = template;
    this.#tokens = tokens;
    this.#functions = functions;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new TypeError("a list of tokens has an end");
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Variables that are declared from now on end with the scope. */
  openScope(): number {
    return this.#variables.length;
  }

  closeScope(scope: number): void {
    this.#variables.length = scope;
  }

  /** Parses up to the token that ends the pipeline, which stays. Only a range declares two variables. */
  parse(ending: "close" | ")", { range = false }: { range?: boolean } = {}): Pipeline {
    const { offset } = this.peek();
    const { variables, assigns } = this.#parseVariables(range);
    const commands: Command[] = [this.#parseCommand(ending)];
    while (this.peek().kind === "|") {
      this.take();
      commands.push(this.#parseCommand(ending));
    }
    for (const [index, { operands }] of commands.entries()) {
      if (index > 0 && ["dot", "nil", "literal"].includes(operands[0].kind)) {
        throw this.#refuse(`non executable command in pipeline stage ${index + 1}`, operands[0]);
      }
    }
    if (!assigns) this.#variables.push(...variables);
    return { ...this.#write(offset), variables, assigns, commands };
  }

  #parseVariables(range: boolean): { variables: string[]; assigns: boolean } {
    const second = range && this.peek(1).kind === "," && this.peek(2).kind === "variable" ? 2 : 0;
    const sign = this.peek(second + 1);
    if (this.peek().kind !== "variable" || (sign.kind !== ":=" && sign.kind !== "=")) {
      return { variables: [], assigns: false };
    }
    const tokens = [this.peek(), ...(second === 0 ? [] : [this.peek(second)])];
    this.#at += second + 2;
    const assigns = sign.kind === "=";
    for (const token of assigns ? tokens : []) this.#checkVariable(token);
    return { variables: tokens.map(({ text }) => text), assigns };
  }

  #parseCommand(ending: "close" | ")"): Command {
    const first = this.peek();
    const operands: Operand[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === "|" || token.kind === ending) break;
      if (operands.length > 0 && !token.spaced) throw this.#refuseToken(token);
      operands.push(this.#parseOperand());
    }
    const [head, ...rest] = operands;
    if (head === undefined) {
      const missing = ending === "close" ? "missing value for command" : "missing value in ()";
      throw this.#refuse(missing, first);
    }
    return { ...this.#write(first.offset), operands: [head, ...rest] };
  }

  /** A term, or the dot that is left out, and the fields that follow it without a space. */
  #parseOperand(): Operand {
    const first = this.peek();
    const { offset } = first;
    const base: Operand =
      first.kind === "field" ? { kind: "dot", offset, text: "." } : this.#parseTerm();
    const fields: Field[] = [];
    for (let token = this.peek(); token.kind === "field"; token = this.peek()) {
      if (token.spaced && token !== first) break;
      fields.push({ name: token.name, offset: token.offset });
      this.#at++;
    }
    if (fields.length === 0) return base;
    if (first.kind !== "field" && base.kind !== "variable" && base.kind !== "pipeline") {
      throw this.#refuse(`unexpected .${fields[0]?.name} after ${base.text}`, base);
    }
    return { ...this.#write(offset), kind: "chain", base, fields };
  }

  #parseTerm(): Operand {
    const token = this.take();
    const { offset, text } = token;
    switch (token.kind) {
      case "literal":
        return { kind: "literal", offset, text, value: token.value };
      case "dot":
      case "nil":
        return { kind: token.kind, offset, text };
      case "variable":
        this.#checkVariable(token);
        return { kind: "variable", offset, text, name: text };
      case "identifier":
        if (this.#functions.has(text)) return { kind: "function", offset, text, name: text };
        throw this.#refuse(`function "${text}" not defined`, token, [...this.#functions]);
      case "(":
        return this.#parseParentheses(token);
      default:
        throw this.#refuseToken(token);
    }
  }

  #parseParentheses(open: Token): Operand {
    if (++this.#depth > DEEPEST) throw this.#refuse("parentheses are nested too deeply", open);
    const scope = this.openScope();
    const pipeline = this.parse(")");
    this.closeScope(scope);
    this.take();
    this.#depth--;
    return { ...this.#write(open.offset), kind: "pipeline", pipeline };
  }

  #checkVariable(token: Token): void {
    if (!this.#variables.includes(token.text)) {
      throw this.#refuse(`undefined variable "${token.text}"`, token);
    }
  }

  /** What is written from an offset to the last token that was taken. */
  #write(offset: number): { offset: number; text: string } {
    const last = this.#tokens[this.#at - 1];
    const end = last === undefined ? offset : last.offset + last.text.length;
    return { offset, text: this.#template.slice(offset, end) };
  }

  #refuseToken(token: Token) {
    return token.kind === "close"
      ? this.#refuse("unclosed left paren", token)
      : this.#refuse(`unexpected ${JSON.stringify(token.text)} in operand`, token);
  }

  #refuse(reason: string, { offset }: { offset: number }, known: readonly string[] = []) {
    const hint = known.length === 0 ? undefined : `functions: ${known.join(" ")}`;
    return refuseTemplate({ template: this.#template, offset, reason, hint });
  }
}
