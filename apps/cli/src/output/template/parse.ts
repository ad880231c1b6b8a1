import { refuseTemplate } from "./failure.js";
import type { Node } from "./node.js";
import { PipelineParser } from "./parse-pipeline.js";
import type { Token } from "./token.js";
import { tokenize } from "./tokenize.js";

/** How an inner list of nodes ended: the `else` may go on as `else if`. */
type Ending = "end" | "else" | "template";

/** Deeper branches are a mistake, and would exhaust the stack. */
const DEEPEST = 100;

export interface ParseOptions {
  /** Names of the functions that a template may call. */
  functions: ReadonlySet<string>;
}

/**
 * Parses a template of Go's text/template, without `define`, `template` and `block`.
 * @throws UsageError `INVALID_FORMAT`
 */
export function parseTemplate(template: string, { functions }: ParseOptions): Node[] {
  const pipelines = new PipelineParser(template, tokenize(template), functions);
  return new TemplateParser(template, pipelines).parse();
}

class TemplateParser {
  readonly #template: string;
  readonly #pipelines: PipelineParser;
  #loops = 0;
  #depth = 0;

  constructor(template: string, pipelines: PipelineParser) {
    this.#template = template;
    this.#pipelines = pipelines;
  }

  parse(): Node[] {
    const { nodes, ending, last } = this.#parseNodes();
    if (ending !== "template") throw this.#refuse(`unexpected {{${ending}}}`, last);
    return nodes;
  }

  #parseNodes(): { nodes: Node[]; ending: Ending; last: Token } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#pipelines.take();
      if (token.kind === "end") return { nodes, ending: "template", last: token };
      if (token.kind === "text") {
        nodes.push({ kind: "text", text: token.text });
        continue;
      }
      const word = this.#pipelines.peek();
      if (word.kind !== "keyword") {
        nodes.push({ kind: "print", pipeline: this.#pipelines.parse("close") });
        this.#pipelines.take();
        continue;
      }
      this.#pipelines.take();
      if (word.text === "end" || word.text === "else") {
        if (word.text === "end") this.#expectClose(word);
        return { nodes, ending: word.text, last: word };
      }
      nodes.push(this.#parseKeyword(word));
    }
  }

  #parseKeyword(word: Token): Node {
    switch (word.text) {
      case "if":
      case "with":
      case "range":
        return this.#parseBranch(word.text, word);
      case "break":
      case "continue":
        if (this.#loops === 0) throw this.#refuse(`{{${word.text}}} outside {{range}}`, word);
        this.#expectClose(word);
        return { kind: word.text };
      default:
        throw this.#refuse(`{{${word.text}}} is not supported`, word);
    }
  }

  #parseBranch(kind: "if" | "with" | "range", word: Token): Node {
    if (++this.#depth > DEEPEST) throw this.#refuse(`{{${word.text}}} is nested too deeply`, word);
    const scope = this.#pipelines.openScope();
    const pipeline = this.#pipelines.parse("close", { range: kind === "range" });
    const bodyScope = this.#pipelines.openScope();
    this.#pipelines.take();
    if (kind === "range") this.#loops++;
    const { nodes: body, ending, last } = this.#parseNodes();
    if (kind === "range") this.#loops--;
    this.#pipelines.closeScope(bodyScope);
    const otherwise = ending === "else" ? this.#parseElse(kind, last) : [];
    if (ending === "template")
      throw this.#refuse(`unexpected EOF: {{${kind}}} has no {{end}}`, last);
    this.#pipelines.closeScope(scope);
    this.#depth--;
    return { kind, pipeline, body, otherwise };
  }

  /** `{{else}} … {{end}}`, or `{{else if …}} … {{end}}`, whose end is that of both. */
  #parseElse(kind: "if" | "with" | "range", word: Token): Node[] {
    const next = this.#pipelines.peek();
    if (next.kind === "keyword" && next.text === kind && kind !== "range") {
      this.#pipelines.take();
      return [this.#parseBranch(kind, next)];
    }
    this.#expectClose(word);
    const { nodes, ending, last } = this.#parseNodes();
    if (ending === "else") throw this.#refuse("expected end; found {{else}}", last);
    if (ending === "template")
      throw this.#refuse(`unexpected EOF: {{${kind}}} has no {{end}}`, last);
    return nodes;
  }

  #expectClose(word: Token): void {
    const token = this.#pipelines.take();
    if (token.kind === "close") return;
    throw this.#refuse(`unexpected ${JSON.stringify(token.text)} in {{${word.text}}}`, token);
  }

  #refuse(reason: string, { offset }: Token) {
    return refuseTemplate({ template: this.#template, offset, reason });
  }
}
