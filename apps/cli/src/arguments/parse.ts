import { Parser } from "yargs/helpers";
import { type CanonicalizeOptions, canonicalize } from "./canonicalize.js";
import type { OptionKind, OptionTable, OptionValues } from "./option.js";

export interface ParsedArguments<Table extends OptionTable> {
  options: OptionValues<Table>;
  operands: string[];
}

/** What yargs does to numbers, dots and `--no-` would change what the user wrote. */
const CONFIGURATION = {
  "boolean-negation": false,
  "camel-case-expansion": false,
  "dot-notation": false,
  "nargs-eats-options": true,
  "parse-numbers": false,
  "parse-positional-numbers": false,
};

/**
 * Parses the arguments of one command.
 * @throws UsageError as {@link canonicalize}.
 */
export function parseArguments<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
  grammar: CanonicalizeOptions = {},
): ParsedArguments<Table> {
  const { options, operands } = canonicalize(args, table, grammar);
  const valued = [...namesOf(table, "value"), ...namesOf(table, "list")];
  const parsed = Parser(options, {
    boolean: namesOf(table, "flag"),
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    configuration: CONFIGURATION,
  });
  const values: Record<string, unknown> = {};
  for (const [name, { kind }] of Object.entries(table)) {
    const given: unknown[] = parsed[name] === undefined ? [] : [parsed[name]].flat();
    values[name] = kind === "list" ? given : given.at(-1);
  }
  return { options: values as OptionValues<Table>, operands };
}

function namesOf(table: OptionTable, kind: OptionKind): string[] {
  return Object.keys(table).filter((name) => table[name]?.kind === kind);
}
