import type { CanonicalizeOptions } from "./arguments/canonicalize.js";
import type { OptionTable } from "./arguments/option.js";
import type { ParsedArguments } from "./arguments/parse.js";

/** What a command sees of the world. */
export interface CommandContext {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** What `--root` named; undefined leaves it to `DOCKHER_ROOT` and the defaults. */
  root: string | undefined;
  /** A result: one line on stdout. */
  print: (line: string) => void;
  /** Everything else: one line on stderr, behind `dockher: `. */
  notice: (line: string) => void;
}

export interface CommandExample {
  line: string;
  summary: string;
}

/** One command: what the help page says of it, and what it does. */
export interface Command<Table extends OptionTable = OptionTable> {
  /** What stands behind `dockher`, such as `image rm [OPTIONS] IMAGE…`. */
  usage: string;
  summary: string;
  options: Table;
  grammar?: CanonicalizeOptions;
  examples?: readonly CommandExample[];
  /** The exit code of an error. Default 1. */
  toFailureCode?: (error: unknown) => number;
  /** Resolves to the exit code. */
  execute: (parsed: ParsedArguments<Table>, context: CommandContext) => Promise<number>;
}

/** Where a command is found by its first words; loaded only when it is called, because start-up counts. */
export type CommandEntry = { summary: string; hidden?: boolean } & (
  | { load: () => Promise<Command>; entries?: never }
  | { load?: never; entries: CommandTable }
);

export type CommandTable = Readonly<Record<string, CommandEntry>>;

/** Forgets the type of a command's options, so that one table can hold all commands. */
export function defineCommand<Table extends OptionTable>(command: Command<Table>): Command {
  return command as unknown as Command;
}
