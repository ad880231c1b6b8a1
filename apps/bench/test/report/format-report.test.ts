import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatReport } from "../../src/report/format-report.ts";
import { formatFigure, formatTable } from "../../src/report/format-table.ts";
import { createResults } from "./create-results.ts";

const test = suite("formatReport");

test("lays out a table", () => {
  const table = formatTable(
    ["what", "ms"],
    [
      ["a", "1.00"],
      ["longer", "10"],
    ],
  );
  assert.is(table, ["what      ms", "a       1.00", "longer    10"].join("\n"));
});

test("shows three significant digits", () => {
  const figures = [0, 0.0123, 0.99, 1, 12.345, 123.45, 1234.5];
  assert.equal(figures.map(formatFigure), ["0", "0.0123", "0.990", "1.00", "12.3", "123", "1235"]);
});

test("shows rows with ratios, rates, verdicts and reasons", () => {
  const lines = formatReport(createResults())
    .split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, "  "));
  const expected = [
    "CPU, 2 processors, Linux 6.1.0, Node.js v20.19.0, cgroup v2",
    "bwrap  10.0  10.0  5.00  5.00  3.00  1.00  1.20  -",
    "node -e 0  40.0  40.0  1.00  1.00  30.0  -  -  38.0",
    "library  400  800",
    "time: library / floor  1.20  1.20  <= 1.25  met",
    "SKIP docker: no daemon",
  ];
  for (const line of expected) assert.ok(lines.includes(line), line);
});

test("shows what there is", () => {
  const empty = { ...createResults(), series: [], throughput: [], goals: [], skipped: [] };
  assert.is(formatReport(empty).includes("\n"), false);
});

test.run();
