import { alignColumns } from "./table.js";
import { Template } from "./template/template.js";
import { formatValue, toJson } from "./template/value.js";

/** The option of commands that list. */
export const FORMAT_OPTION = {
  format: {
    kind: "value",
    placeholder: "FORMAT",
    choices: ["json", "table"],
    summary: "table, json, 'table TEMPLATE', or a template such as '{{.ID}} {{.Size}}'",
  },
} as const;

export const QUIET_OPTION = {
  quiet: { kind: "flag", short: "q", summary: "Print ids only" },
} as const;

export const NO_TRUNC_OPTION = {
  "no-trunc": { kind: "flag", summary: "Print everything whole" },
} as const;

/** What a column is called; of a field that takes an argument, as `{{.Label "x"}}`, by the argument. */
export type Heading = string | ((argument: string) => string);

export interface Listing<Field extends string> {
  /** The fields that a template may name; a function is a method, see `template/value.ts`. */
  rows: readonly Readonly<Record<Field, unknown>>[];
  headings: Readonly<Record<Field, Heading>>;
  /** The columns of the table where no template names others. */
  columns: readonly NoInfer<Field>[];
  /** What `--quiet` prints of each row, once. */
  key?: NoInfer<Field>;
  quiet?: boolean | undefined;
  /** What `--format` says. */
  format: string | undefined;
  print: (line: string) => void;
  notice: (line: string) => void;
}

/**
 * Prints rows as Docker's lists: a table, one JSON object in each line, or what a template makes of each.
 * @throws UsageError `INVALID_FORMAT`, before anything is printed.
 */
export function printList<Field extends string>(listing: Listing<Field>): void {
  const lines = renderList(listing);
  // At once: a write for each takes longer than to make it.
  if (lines.length > 0) listing.print(lines.join("\n"));
}

function renderList<Field extends string>(listing: Listing<Field>): string[] {
  const { rows, headings, columns, key, quiet, format = "", notice } = listing;
  if (quiet === true && key !== undefined) {
    if (format !== "") notice("--format is ignored, because --quiet is there too");
    return [...new Set(rows.map((row) => String(row[key])))];
  }
  if (format === "json") return rows.map((row) => toJson(row));
  const table = /^table(?:\s+|(?=\{\{)|$)(.*)$/s.exec(format === "" ? "table" : format);
  if (table === null) {
    const template = new Template(readEscapes(format));
    return rows.map((row) => template.fill(row));
  }
  const own = table[1]?.trim() ?? "";
  const lines =
    own === "" ? layOutColumns({ columns, headings, rows }) : fillTable(own, { headings, rows });
  return alignColumns(lines.join("\n").split("\n"));
}

type Table<Field extends string> = Pick<Listing<Field>, "headings" | "rows">;

function fillTable<Field extends string>(text: string, { headings, rows }: Table<Field>): string[] {
  const template = new Template(readEscapes(text));
  return [template.fillHeading(headings), ...rows.map((row) => template.fill(row))];
}

/** What a template of these fields would make, in a fraction of the time. */
function layOutColumns<Field extends string>({
  columns,
  headings,
  rows,
}: Table<Field> & Pick<Listing<Field>, "columns">): string[] {
  const line = (values: Readonly<Record<Field, unknown>>): string =>
    columns.map((field) => formatValue(values[field])).join("\t");
  return [line(headings), ...rows.map(line)];
}

/** Shells hand on `\t` and `\n` as they are written; within actions Go's literals know them. */
function readEscapes(template: string): string {
  return template
    .split(/(\{\{.*?\}\})/s)
    .map((part) => {
      return part.startsWith("{{") ? part : part.replaceAll("\\t", "\t").replaceAll("\\n", "\n");
    })
    .join("");
}
