import { executeTemplate } from "./execute.js";
import type { FunctionTable } from "./function.js";
import { FUNCTIONS, HEADING_FUNCTIONS } from "./functions.js";
import type { Node } from "./node.js";
import { parseTemplate } from "./parse.js";

/** A template as Docker's `--format` takes it: Go's text/template, parsed once and filled in as often as there are things to print. */
export class Template {
  readonly #text: string;
  readonly #nodes: readonly Node[];

  /** @throws UsageError `INVALID_FORMAT` */
  constructor(text: string) {
    this.#text = text;
    this.#nodes = parseTemplate(text, { functions: new Set(Object.keys(FUNCTIONS)) });
  }

  /**
   * The text for data as `value.ts` describes it.
   * @throws UsageError `INVALID_FORMAT`
   */
  fill(data: unknown): string {
    return this.#execute(data, FUNCTIONS);
  }

  /**
   * The text for the headings of a table, by the names of the fields.
   * @throws UsageError `INVALID_FORMAT`
   */
  fillHeading(headings: unknown): string {
    return this.#execute(headings, HEADING_FUNCTIONS);
  }

  #execute(data: unknown, functions: FunctionTable): string {
    return executeTemplate(this.#nodes, data, { template: this.#text, functions });
  }
}
