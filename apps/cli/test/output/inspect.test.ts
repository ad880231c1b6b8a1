import { suite } from "uvu";
import * as assert from "uvu/assert";
import { printFacts, printInspected } from "../../src/output/inspect.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("printInspected");

const OBJECTS = [
  {
    Id: "a",
    Config: {
      Labels: new Map([
        ["z", "1"],
        ["b", "2"],
      ]),
    },
  },
  { Id: "b", Config: { Labels: new Map() } },
];

function inspect(format: string | undefined, objects: readonly object[] = OBJECTS): string[] {
  const lines: string[] = [];
  printInspected(objects, { format, print: (line) => lines.push(line) });
  return lines;
}

test("an indented array, or a compact one", () => {
  const plain = [
    { Id: "a", Config: { Labels: { b: "2", z: "1" } } },
    { Id: "b", Config: { Labels: {} } },
  ];
  assert.equal(inspect(undefined), [JSON.stringify(plain, undefined, 4)]);
  assert.equal(inspect(""), [JSON.stringify(plain, undefined, 4)]);
  assert.equal(inspect("json"), [JSON.stringify(plain)]);
  assert.equal(inspect(undefined, []), ["[]"]);
});

test("a template is filled for each object, and text stays as it is", () => {
  assert.equal(inspect("{{.Id}}\\t{{json .Config}}"), [
    'a\\t{"Labels":{"b":"2","z":"1"}}',
    'b\\t{"Labels":{}}',
  ]);
  assert.equal(inspect('{{index .Config.Labels "b"}}|{{.Config.Labels.z}}'), [
    "2|1",
    "|<no value>",
  ]);
  assert.equal(inspect("{{.Id}}", []), []);
});

test("refuses a bad template before it prints", () => {
  assertThrows(() => inspect("{{if eq .Id `b`}}{{.Nope}}{{end}}"), "INVALID_FORMAT", /Nope/);
  assertThrows(() => inspect("{{.Id", []), "INVALID_FORMAT");
});

test("facts", () => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  printFacts({ Version: "1", Client: { Os: "linux" } }, { format: "json", print });
  printFacts({ Version: "1", Client: { Os: "linux" } }, { format: "{{.Client.Os}}", print });
  assert.equal(lines, ['{"Version":"1","Client":{"Os":"linux"}}', "linux"]);
});

test.run();
