import { suite } from "uvu";
import * as assert from "uvu/assert";
import { printColumns, printFormatted, type Row } from "../../src/output/format.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("printFormatted");

const ROWS: Row[] = [
  { Name: "one", ImageID: "a", Tags: ["x"] },
  { Name: "three", ImageID: "b", Tags: [] },
];

function format(template: string, rows: Row[] = ROWS): string[] {
  const lines: string[] = [];
  printFormatted(rows, template, (line) => lines.push(line));
  return lines;
}

test("json is one object in each line", () => {
  assert.equal(
    format("json").map((line) => JSON.parse(line)),
    ROWS,
  );
});

test("templates", () => {
  assert.equal(format("{{.Name}}: {{ .ImageID }}"), ["one: a", "three: b"]);
  assert.equal(format("{{json .Name}} {{.Tags}}"), ['"one" ["x"]', '"three" []']);
  assert.equal(
    format("{{json .}}").map((line) => JSON.parse(line)),
    ROWS,
  );
  assert.equal(format("a\\tb"), ["a\tb", "a\tb"]);
});

test("tables", () => {
  assert.equal(format("table {{.Name}}\\t{{.ImageID}}"), [
    "NAME    IMAGE ID",
    "one     a",
    "three   b",
  ]);
});

test("refuses what it does not understand before it prints", () => {
  const lines: string[] = [];
  for (const template of ["{{.Nope}}", "{{range .}}", "{{.Name | upper}}", "{{.}}"]) {
    assertThrows(
      () => printFormatted(ROWS, template, (line) => lines.push(line)),
      "INVALID_FORMAT",
    );
  }
  assert.equal(lines, []);
});

test("columns are as wide as their longest cell and three spaces", () => {
  const lines: string[] = [];
  printColumns(
    [
      ["A", "B"],
      ["long", ""],
      ["x", "y"],
    ],
    (line) => lines.push(line),
  );
  assert.equal(lines, ["A      B", "long", "x      y"]);
});

test.run();
