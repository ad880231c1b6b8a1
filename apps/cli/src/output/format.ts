import { UsageError } from "../error.js";

/** The option of every command that prints results. */
export const FORMAT_OPTION = {
  format: {
    kind: "value",
    placeholder: "json|TEMPLATE",
    summary: "json, or a template such as '{{.Name}} {{.Size}}'",
  },
} as const;

/** A row of results: its fields by their names in templates. */
export type Row = Readonly<Record<string, unknown>>;

const TABLE = "table ";
const ACTION = /\{\{\s*(.*?)\s*\}\}/g;
const FIELD = /^(json\s+)?\.(\w*)$/;

/**
 * Prints rows as `--format` asks: `json` is one object per line; the rest is the part of Go's templates that Docker's users write:
 * `{{.Field}}`, `{{json .Field}}`, `{{json .}}`, `\t`, `\n`, and `table …` for aligned columns with a heading.
 * @throws UsageError `INVALID_FORMAT` for anything else, before anything is printed.
 */
export function printFormatted(
  rows: readonly Row[],
  format: string,
  print: (line: string) => void,
): void {
  if (format === "json") {
    for (const row of rows) print(JSON.stringify(row));
    return;
  }
  const asTable = format.startsWith(TABLE);
  const template = (asTable ? format.slice(TABLE.length) : format)
    .replaceAll("\\t", "\t")
    .replaceAll("\\n", "\n");
  const lines = rows.map((row) => fillTemplate(template, row));
  if (!asTable) {
    for (const line of lines) print(line);
    return;
  }
  const heading = template.replaceAll(ACTION, (_, action: string) => {
    return (FIELD.exec(action)?.[2] ?? "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase();
  });
  printColumns(
    [heading, ...lines].map((line) => line.split("\t")),
    print,
  );
}

function fillTemplate(template: string, row: Row): string {
  return template.replaceAll(ACTION, (written: string, action: string) => {
    const [, json, name = ""] = FIELD.exec(action) ?? [];
    const known = name === "" ? json !== undefined : Object.hasOwn(row, name);
    if (!FIELD.test(action) || !known) {
      throw new UsageError(`failed to apply --format: "${written}" is not understood`, {
        code: "INVALID_FORMAT",
        hint: `fields: ${Object.keys(row)
          .map((field) => `.${field}`)
          .join(" ")}`,
      });
    }
    const value = name === "" ? row : row[name];
    return json === undefined && typeof value !== "object" ? String(value) : JSON.stringify(value);
  });
}

/** Prints cells in columns, each as wide as its longest cell and three spaces, as Docker's tables. */
export function printColumns(
  rows: readonly (readonly string[])[],
  print: (line: string) => void,
): void {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  for (const row of rows) {
    print(
      row
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
        .join("")
        .trimEnd(),
    );
  }
}
