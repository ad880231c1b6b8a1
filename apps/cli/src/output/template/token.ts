/** A piece of a template, and where it stands. */
export type Token = Word & {
  /** Where it begins in the template. */
  offset: number;
  /** Whether white space stands before it. */
  spaced: boolean;
};

/** Text as it is, or a word of an action; `text` is how it is written. */
export type Word = { text: string } & (
  | { kind: "text" | "open" | "close" | "end" }
  | { kind: "literal"; value: string | number | boolean }
  /** `.Name`, without the dot in `name`. */
  | { kind: "field"; name: string }
  /** `$` or `$name`. */
  | { kind: "variable" }
  /** A function. */
  | { kind: "identifier" }
  | { kind: "dot" | "nil" | "keyword" | Sign }
);

export type Sign = "|" | "," | "(" | ")" | ":=" | "=";

export const KEYWORDS: ReadonlySet<string> = new Set([
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "range",
  "template",
  "with",
]);
