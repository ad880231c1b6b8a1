import { suite } from "uvu";
import * as assert from "uvu/assert";
import { printList } from "../../src/output/list.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("printList");

const LABELS: Readonly<Record<string, string>> = { "com.example.my-app": "x" };
const ROWS = [
  { ID: "3e6b55cabfe0", Names: "sc2", Label: (name: string) => LABELS[name] ?? "" },
  { ID: "4e6b55cabfe0", Names: "a-much-longer-name", Label: (_: string) => "" },
];

interface Choices {
  quiet?: boolean;
  rows?: readonly (typeof ROWS)[number][];
}

function list(format: string | undefined, { quiet, rows = ROWS }: Choices = {}) {
  const lines: string[] = [];
  const notices: string[] = [];
  printList({
    rows,
    headings: { ID: "CONTAINER ID", Names: "NAMES", Label: (name) => name.split(".").at(-1) ?? "" },
    columns: ["ID", "Names"],
    key: "ID",
    quiet,
    format,
    print: (text) => lines.push(...text.split("\n")),
    notice: (line) => notices.push(line),
  });
  return { lines, notices };
}

const TABLE = ["CONTAINER ID   NAMES", "3e6b55cabfe0   sc2", "4e6b55cabfe0   a-much-longer-name"];

test("the command's own table, where nothing or no columns are named", () => {
  for (const format of [undefined, "", "table", "table "]) assert.equal(list(format).lines, TABLE);
});

test("a table of the columns that a template names, as Docker prints it", () => {
  assert.equal(list("table {{.ID}}\\t{{.Names}}").lines, TABLE);
  assert.equal(list("table{{.ID}}\t{{.Names}}").lines, TABLE);
  assert.equal(list('table {{.ID}}\\t{{.Label "com.example.my-app"}}\\t{{upper .Names}}').lines, [
    "CONTAINER ID   my-app    NAMES",
    "3e6b55cabfe0   x         SC2",
    "4e6b55cabfe0             A-MUCH-LONGER-NAME",
  ]);
  assert.equal(list("table {{.ID}}", { rows: [] }).lines, ["CONTAINER ID"]);
});

test("json is one object in each line, without methods", () => {
  assert.equal(list("json").lines, [
    '{"ID":"3e6b55cabfe0","Names":"sc2"}',
    '{"ID":"4e6b55cabfe0","Names":"a-much-longer-name"}',
  ]);
  assert.equal(list("{{json .}}").lines, list("json").lines);
});

test("a template is filled for each row", () => {
  assert.equal(list("{{.ID}}: {{.Names | upper}}").lines, [
    "3e6b55cabfe0: SC2",
    "4e6b55cabfe0: A-MUCH-LONGER-NAME",
  ]);
  assert.equal(list("tablets {{len .ID}}").lines, ["tablets 12", "tablets 12"]);
});

test("escapes of text are the shell's leftovers, those in an action Go's", () => {
  assert.equal(list('a\\tb\\n{{"\\t\\\\t"}}', { rows: ROWS.slice(1) }).lines, ["a\tb", "\t\\t"]);
});

test("quiet prints each id once, and says that it leaves the format alone", () => {
  const rows = [...ROWS, ...ROWS];
  assert.equal(list(undefined, { quiet: true, rows }), {
    lines: ["3e6b55cabfe0", "4e6b55cabfe0"],
    notices: [],
  });
  const { lines, notices } = list("{{.Names}}", { quiet: true });
  assert.equal(lines, ["3e6b55cabfe0", "4e6b55cabfe0"]);
  assert.equal(notices, ["--format is ignored, because --quiet is there too"]);
});

test("refuses a bad template before it prints, even where there is nothing to print", () => {
  for (const format of ["{{.Nope}}", "table {{.Nope}}", "{{range .ID}}{{end}}"]) {
    assertThrows(() => list(format), "INVALID_FORMAT");
  }
  for (const format of ["{{.ID", "table {{nope .ID}}", "table {{.Nope}}"]) {
    assertThrows(() => list(format, { rows: [] }), "INVALID_FORMAT");
  }
});

test.run();
