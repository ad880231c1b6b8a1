import type { CommandEntry, CommandTable } from "./command.js";
import { COMMANDS } from "./command-table.js";
import { UsageError } from "./error.js";

/** What the first words mean. */
export type FoundCommand =
  | { kind: "command"; load: NonNullable<CommandEntry["load"]>; args: string[]; root?: string }
  /** A page that lists commands: of `dockher` itself, or of a group such as `image`. */
  | { kind: "list"; words: string[]; table: CommandTable }
  | { kind: "version" };

/**
 * Finds the command: `dockher --cmd …` without a word is `run`, and `--root DIR` may stand before the word.
 * @throws UsageError `UNKNOWN_COMMAND`.
 */
export function findCommand(argv: readonly string[]): FoundCommand {
  const { root, args } = takeRoot(argv);
  const [first] = args;
  if (first === undefined || first === "help" || (first === "--help" && args.length === 1)) {
    return { kind: "list", words: [], table: COMMANDS };
  }
  if (first === "--version" || (first === "-v" && args.length === 1)) return { kind: "version" };
  if (first.startsWith("-")) return found(COMMANDS["run"], args, root);
  return findIn(COMMANDS, [], args, root);
}

function findIn(
  table: CommandTable,
  words: string[],
  args: string[],
  root: string | undefined,
): FoundCommand {
  const [word, ...rest] = args;
  if (words.length > 0 && (word === undefined || word === "--help")) {
    return { kind: "list", words, table };
  }
  const entry = Object.hasOwn(table, word ?? "") ? table[word ?? ""] : undefined;
  if (entry === undefined) {
    throw new UsageError(`failed to find the command "${[...words, word].join(" ")}"`, {
      code: "UNKNOWN_COMMAND",
      hint: `see: ${["dockher", ...words, "--help"].join(" ")}`,
    });
  }
  if (entry.entries !== undefined) return findIn(entry.entries, [...words, word ?? ""], rest, root);
  return found(entry, rest, root);
}

function found(
  entry: CommandEntry | undefined,
  args: string[],
  root: string | undefined,
): FoundCommand {
  if (entry?.load === undefined) throw new TypeError("a command of the table can't be loaded");
  return { kind: "command", load: entry.load, args, ...(root === undefined ? {} : { root }) };
}

function takeRoot(argv: readonly string[]): { root: string | undefined; args: string[] } {
  const [first, second, ...rest] = argv;
  if (first === "--root" && second !== undefined) return { root: second, args: rest };
  if (first?.startsWith("--root=")) {
    return { root: first.slice("--root=".length), args: argv.slice(1) };
  }
  return { root: undefined, args: [...argv] };
}
