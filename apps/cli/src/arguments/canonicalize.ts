import { UsageError } from "../error.js";
import type { OptionSpec, OptionTable, UnsupportedTable } from "./option.js";

/** Arguments split where the command's own options end. */
export interface CanonicalArguments {
  /** `--name=true`, `--name=false`, or `--name` and its value, with the long name of the table. */
  options: string[];
  /** What follows the options, untouched: an image, and what runs in it. */
  operands: string[];
}

interface Named {
  name: string;
  spec: OptionSpec;
}

interface Names {
  known: ReadonlyMap<string, Named>;
  unsupported: UnsupportedTable;
}

export interface CanonicalizeOptions {
  /** Options may stand behind operands, as in `image rm NAME --force`; `run` ends them at the image. Default false. */
  interspersed?: boolean;
  /** What is refused with a reason of its own. Default nothing. */
  unsupported?: UnsupportedTable;
}

/**
 * Rewrites arguments in the grammar of Docker's command line (Go's pflag) to one form without ambiguity:
 * `-m512m`, `-m 512m`, `-itd`, `--rm=false`, `--env A=1` and `--`. A flag never takes the next word, an option with a
 * value always does, even one that begins with a dash.
 * @throws UsageError `UNKNOWN_OPTION`, `UNSUPPORTED`, `MISSING_VALUE` or `INVALID_FLAG`.
 */
export function canonicalize(
  args: readonly string[],
  table: OptionTable,
  { interspersed = false, unsupported = {} }: CanonicalizeOptions = {},
): CanonicalArguments {
  const names: Names = { known: indexNames(table), unsupported };
  const options: string[] = [];
  const operands: string[] = [];
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      operands.push(...rest);
      break;
    }
    if (word.startsWith("--")) {
      options.push(...readLong(word, names, rest));
    } else if (word.startsWith("-") && word !== "-") {
      options.push(...readCluster(word, names, rest));
    } else if (interspersed) {
      operands.push(word);
    } else {
      operands.push(word, ...rest);
      break;
    }
  }
  return { options, operands };
}

function indexNames(table: OptionTable): Map<string, Named> {
  const names = new Map<string, Named>();
  for (const [name, spec] of Object.entries(table)) {
    const named = { name, spec };
    names.set(`--${name}`, named);
    for (const alias of spec.aliases ?? []) names.set(`--${alias}`, named);
    if (spec.short !== undefined) names.set(`-${spec.short}`, named);
  }
  return names;
}

function readLong(word: string, names: Names, rest: string[]): string[] {
  const equals = word.indexOf("=");
  const written = equals === -1 ? word : word.slice(0, equals);
  const named = find(names, written);
  if (equals !== -1) return assign(named, written, word.slice(equals + 1));
  return named.spec.kind === "flag" ? [`--${named.name}=true`] : take(named, written, rest);
}

/** Reads `-it`, `-m512m`, `-itm 512m` and `-m=512m`, as pflag does. */
function readCluster(word: string, names: Names, rest: string[]): string[] {
  const options: string[] = [];
  for (let at = 1; at < word.length; at++) {
    const written = `-${word[at]}`;
    const named = find(names, written, word);
    const tail = word.slice(at + 1);
    if (tail.startsWith("=")) return [...options, ...assign(named, written, tail.slice(1))];
    if (named.spec.kind !== "flag") {
      const value = tail === "" ? take(named, written, rest) : [`--${named.name}`, tail];
      return [...options, ...value];
    }
    options.push(`--${named.name}=true`);
  }
  return options;
}

function assign({ name, spec }: Named, written: string, value: string): string[] {
  if (spec.kind !== "flag") return [`--${name}`, value];
  if (/^(?:true|t|1)$/i.test(value)) return [`--${name}=true`];
  if (/^(?:false|f|0)$/i.test(value)) return [`--${name}=false`];
  throw new UsageError(`failed to parse ${written}: "${value}" is neither true nor false`, {
    code: "INVALID_FLAG",
    hint: `write ${written} or ${written}=false`,
  });
}

function take({ name, spec }: Named, written: string, rest: string[]): string[] {
  const value = rest.shift();
  if (value === undefined) {
    throw new UsageError(`failed to parse ${written}: it needs a value`, {
      code: "MISSING_VALUE",
      hint: `write ${written} ${spec.placeholder ?? "VALUE"}`,
    });
  }
  return [`--${name}`, value];
}

function find({ known, unsupported }: Names, written: string, word: string = written): Named {
  const named = known.get(written);
  if (named !== undefined) return named;
  const refused = Object.hasOwn(unsupported, written) ? unsupported[written] : undefined;
  if (refused !== undefined) {
    const { reason, hint } = refused;
    throw new UsageError(`failed to apply ${written}: ${reason}`, { code: "UNSUPPORTED", hint });
  }
  const where = word === written ? "" : ` in ${word}`;
  const near = [...known.keys()].find(
    (name) => written.length > 3 && (name.startsWith(written) || written.startsWith(`${name}-`)),
  );
  throw new UsageError(`failed to parse ${written}${where}: there is no such option`, {
    code: "UNKNOWN_OPTION",
    hint: near === undefined ? "see --help for the options" : `did you mean ${near}?`,
  });
}
