import { refuseTemplate } from "./failure.js";
import { readLiteral } from "./literal.js";
import { KEYWORDS, type Sign, type Token, type Word } from "./token.js";

const SPACE = /[ \t\r\n]+/y;
const OPEN = /\{\{(?:-(?=[ \t\r\n]))?/y;
const CLOSE = /(?:(?<=[ \t\r\n])-)?\}\}/y;
const COMMENT = /[ \t\r\n]*\/\*.*?\*\/(?=[ \t\r\n]+-\}\}|\}\})/sy;
const WORD = /\.[\p{L}_][\p{L}\p{Nd}_]*|\$[\p{L}\p{Nd}_]*|[\p{L}_][\p{L}\p{Nd}_]*/uy;
const SIGN = /:=|[=|,()]/y;
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`|'(?:[^'\\\n]|\\[^\n])+'/y;
const NUMBER = /[+-]?(?:\d|\.\d)[\p{L}\p{Nd}_.]*(?:(?<=[eEpP])[+-]\d+)?/uy;

/**
 * Splits a template of Go's text/template into its tokens.
 * @throws UsageError `INVALID_FORMAT`
 */
export function tokenize(template: string): Token[] {
  return new Tokenizer(template).read();
}

class Tokenizer {
  readonly #template: string;
  readonly #tokens: Token[] = [];
  #offset = 0;

  constructor(template: string) {
    this.#template = template;
  }

  read(): Token[] {
    let trimmed = false;
    for (;;) {
      const found = this.#template.indexOf("{{", this.#offset);
      const end = found === -1 ? this.#template.length : found;
      this.#pushText(end, trimmed);
      if (found === -1) break;
      trimmed = this.#readAction();
    }
    this.#push({ kind: "end", text: "", offset: this.#offset, spaced: false });
    return this.#tokens;
  }

  /** Text up to the next action, without the white space that `-}}` before and `{{-` behind it take away. */
  #pushText(end: number, trimmedBefore: boolean): void {
    let text = this.#template.slice(this.#offset, end);
    if (trimmedBefore) text = text.replace(/^[ \t\r\n]+/, "");
    if (/^\{\{-[ \t\r\n]/.test(this.#template.slice(end, end + 4)))
      text = text.replace(/[ \t\r\n]+$/, "");
    if (text !== "") this.#push({ kind: "text", text, offset: this.#offset, spaced: false });
    this.#offset = end;
  }

  /** Answers whether the white space behind the action goes. */
  #readAction(): boolean {
    const begin = this.#offset;
    const open = this.#take(OPEN) ?? "";
    if (this.#take(COMMENT) !== undefined) {
      this.#take(SPACE);
      return (this.#take(CLOSE) ?? "").startsWith("-");
    }
    this.#push({ kind: "open", text: open, offset: begin, spaced: false });
    for (;;) {
      const spaced = this.#take(SPACE) !== undefined;
      const offset = this.#offset;
      if (offset === this.#template.length) throw this.#refuse("unclosed action", begin);
      const close = this.#take(CLOSE);
      if (close !== undefined) {
        this.#push({ kind: "close", text: close, offset, spaced });
        return close.startsWith("-");
      }
      this.#push({ ...this.#readWord(offset), offset, spaced });
    }
  }

  #readWord(offset: number): Word {
    const written = this.#take(QUOTED) ?? this.#take(NUMBER);
    if (written !== undefined) {
      const value = readLiteral(written);
      if (value !== undefined) return { kind: "literal", text: written, value };
      throw this.#refuse(`bad ${/^["'`]/.test(written) ? "string" : "number"}: ${written}`, offset);
    }
    const word = this.#take(WORD);
    if (word !== undefined) return nameWord(word);
    const sign = this.#take(SIGN);
    if (sign !== undefined) return { kind: sign as Sign, text: sign };
    const character = this.#template[offset] ?? "";
    if (character === ".") {
      this.#offset++;
      return { kind: "dot", text: "." };
    }
    if (/["`]/.test(character)) throw this.#refuse("unterminated quoted string", offset);
    if (this.#template.startsWith("/*", offset)) {
      throw this.#refuse("a comment is alone in its action, and ends with */}}", offset);
    }
    throw this.#refuse(`unexpected ${JSON.stringify(character)} in an action`, offset);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const text = pattern.exec(this.#template)?.[0];
    this.#offset += text?.length ?? 0;
    return text;
  }

  #push(token: Token): void {
    this.#tokens.push(token);
  }

  #refuse(reason: string, offset: number) {
    return refuseTemplate({ template: this.#template, offset, reason });
  }
}

function nameWord(word: string): Word {
  if (word.startsWith(".")) return { kind: "field", text: word, name: word.slice(1) };
  if (word.startsWith("$")) return { kind: "variable", text: word };
  if (word === "true" || word === "false") {
    return { kind: "literal", text: word, value: word === "true" };
  }
  if (word === "nil") return { kind: "nil", text: word };
  return { kind: KEYWORDS.has(word) ? "keyword" : "identifier", text: word };
}
