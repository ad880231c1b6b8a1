import { Parser } from "yargs/helpers";
import { type CanonicalizeOptions, canonicalize } from "./canonicalize.js";
import type { OptionKind, OptionTable, OptionValues } from "./option.js";

export interface ParsedArguments<Table extends OptionTable> {
  options: OptionValues<Table>;
  operands: string[];
}

/** What yargs does beyond `--name=value` would change what the user wrote: numbers, dots and `--no-`. */
const CONFIGURATION = {
  "boolean-negation": false,
  "camel-case-expansion": false,
  "dot-notation": false,
  "greedy-arrays": false,
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
  const parsed = Parser(options, {
    boolean: namesOf(table, "flag"),
    string: [...namesOf(table, "value"), ...namesOf(table, "list")],
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
