/** How an option is written: `flag` alone, `value` with one value (the last one counts), `list` with one value each time. */
export type OptionKind = "flag" | "value" | "list";

/** One option of a command: what the parser, the help page and the shell completion need to know of it. */
export interface OptionSpec {
  kind: OptionKind;
  /** One letter, written `-x`. */
  short?: string;
  /** Other long names with the same meaning. */
  aliases?: readonly string[];
  /** One line of the help page. */
  summary: string;
  /** The value's name on the help page, such as `SIZE`. */
  placeholder?: string;
  /** The heading on the help page. Default `Options:`. */
  group?: string;
  /** Values that the shell completes. */
  choices?: readonly string[];
  /** Understood, but not shown on the help page. */
  hidden?: boolean;
}

/** The options of a command by their long names. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** An option that Docker has and that is refused here. */
export interface UnsupportedOption {
  reason: string;
  /** What to write instead. */
  hint: string;
}

/** Options that are refused, by the words as they are written: `--link`, `-P`. */
export type UnsupportedTable = Readonly<Record<string, UnsupportedOption>>;

/** What was written on the command line, typed by the table that describes it. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name]["kind"] extends "list"
    ? readonly string[]
    : (Table[Name]["kind"] extends "flag" ? boolean : string) | undefined;
};

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  root: {
    kind: "value",
    placeholder: "DIR",
    group: "Everywhere:",
    summary: "Where images and containers are kept (default /var/lib/dockher)",
  },
  help: { kind: "flag", group: "Everywhere:", summary: "Show this page" },
} as const;
