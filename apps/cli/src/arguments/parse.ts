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
  const given = selectGiven(table, options);
  const valued = [...namesOf(given, "value"), ...namesOf(given, "list")];
  const parsed = Parser(options, {
    boolean: namesOf(given, "flag"),
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    configuration: CONFIGURATION,
  });
  const values: Record<string, unknown> = {};
  for (const [name, { kind }] of Object.entries(table)) {
    const written: unknown[] = parsed[name] === undefined ? [] : [parsed[name]].flat();
    values[name] = kind === "list" ? written : written.at(-1);
  }
  return { options: values as OptionValues<Table>, operands };
}

/** Of a long table the few that were given: the parser looks at each one that it is told of, many times. */
function selectGiven(table: OptionTable, words: readonly string[]): OptionTable {
  const given = new Set(words.map((word) => word.split("=", 1)[0]));
  return Object.fromEntries(Object.entries(table).filter(([name]) => given.has(`--${name}`)));
}

function namesOf(table: OptionTable, kind: OptionKind): string[] {
  return Object.keys(table).filter((name) => table[name]?.kind === kind);
}
